import 'package:flutter/material.dart';

import 'greeting.dart';

void main() => runApp(const SaiondoApp());

class SaiondoApp extends StatelessWidget {
  const SaiondoApp({super.key});

  @override
  Widget build(BuildContext context) => MaterialApp(
        title: 'Saiondo',
        home: Scaffold(body: Center(child: Text(greeting(DateTime.now().hour)))),
      );
}
