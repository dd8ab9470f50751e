import 'package:flutter_test/flutter_test.dart';
import 'package:saiondo/greeting.dart';

void main() {
  test('greets by the hour', () {
    expect(greeting(8), 'Good morning');
    expect(greeting(12), 'Good afternoon');
    expect(greeting(22), 'Good evening');
  });
}
