/**
 * The program that calls a Node.js handler as Lambda does: `HANDLER CODE EVENT ANSWER [leave]`. The answer is written into a file. With `leave` the process ends
 * with the promise, as Lambda stops one that has answered; a custom resource's function may still be sending its response.
 */
export const NODE_CALLER = `
  const fs = require('fs'), path = require('path');
  const [handler, code, eventFile, answerFile, leave] = process.argv.slice(1);
  const answer = (content) => { try { fs.writeFileSync(answerFile, JSON.stringify(content), { flag: 'wx' }); } catch {} };
  const failed = (error) => {
    const { name = 'Error', message = String(error), stack = '' } = error ?? {};
    console.error(stack || String(error));
    answer({ error: { errorType: name, errorMessage: message, trace: stack.split('\\n') } });
    process.exit(1);
  };
  const done = (value) => { answer({ payload: value === undefined ? null : value }); if (leave) process.exit(0); };
  const ended = () => undefined;
  const context = { done: ended, succeed: ended, fail: ended, callbackWaitsForEmptyEventLoop: true, functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST', memoryLimitInMB: '128', awsRequestId: 'rehearsal', logGroupName: '/aws/lambda/' + process.env.AWS_LAMBDA_FUNCTION_NAME,
    logStreamName: 'rehearsal', getRemainingTimeInMillis: () => 60000 };
  (async () => {
    const dot = handler.indexOf('.', handler.lastIndexOf('/') + 1);
    const file = path.join(code, handler.slice(0, dot));
    const found = ['.js', '.mjs', '.cjs', '/index.js'].map((end) => file + end).find((one) => fs.existsSync(one));
    if (!found) throw Object.assign(new Error("Cannot find module '" + handler.slice(0, dot) + "'"), { name: 'Runtime.ImportModuleError' });
    const loaded = await import(require('url').pathToFileURL(found).href);
    const of = (one) => handler.slice(dot + 1).split('.').reduce((at, name) => at?.[name], one);
    const call = of(loaded) ?? of(loaded.default);
    if (typeof call !== 'function') throw Object.assign(new Error(handler + ' is undefined or not exported'), { name: 'Runtime.HandlerNotFound' });
    const said = call(JSON.parse(fs.readFileSync(eventFile, 'utf8')), context, (error, value) => (error ? failed(error) : done(value)));
    if (typeof said?.then === 'function') said.then(done, failed);
    else process.once('beforeExit', () => done(null));
  })().catch(failed);
`;

/** The same for a Python handler. */
export const PYTHON_CALLER = `
import importlib, json, sys, traceback
handler, code, event_file, answer_file = sys.argv[1:5]
sys.path.insert(0, code)
class Context:
    function_version, memory_limit_in_mb, aws_request_id, log_stream_name = '$LATEST', '128', 'rehearsal', 'rehearsal'
    def __init__(self):
        import os
        self.function_name = os.environ.get('AWS_LAMBDA_FUNCTION_NAME', '')
        self.log_group_name = '/aws/lambda/' + self.function_name
        self.invoked_function_arn = ''
    def get_remaining_time_in_millis(self):
        return 60000
try:
    module, _, name = handler.rpartition('.')
    call = getattr(importlib.import_module(module.replace('/', '.')), name)
    with open(event_file) as file:
        answer, code = {'payload': call(json.load(file), Context())}, 0
    text = json.dumps(answer)
except BaseException as error:
    traceback.print_exc()
    code = 1
    text = json.dumps({'error': {'errorType': type(error).__name__, 'errorMessage': str(error), 'trace': traceback.format_exc().splitlines()}})
with open(answer_file, 'x') as file:
    file.write(text)
sys.exit(code)
`;

/** The modules that Lambda adds to inline code (CloudFormation User Guide, "cfn-response module"), by their file. */
export const CFN_RESPONSE: Readonly<Record<string, string>> = {
  'cfn-response.js': `
  exports.SUCCESS = 'SUCCESS';
  exports.FAILED = 'FAILED';
  exports.send = (event, context, Status, Data, physicalResourceId, NoEcho) => {
    const body = JSON.stringify({ Status, Reason: 'See the log ' + context.logStreamName, Data, NoEcho: NoEcho || false,
      PhysicalResourceId: physicalResourceId || context.logStreamName, StackId: event.StackId, RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId });
    return fetch(event.ResponseURL, { method: 'PUT', body }).then(() => context.done());
  };
`,
  'cfnresponse.py': `
import json, urllib.request
SUCCESS, FAILED = 'SUCCESS', 'FAILED'
def send(event, context, responseStatus, responseData, physicalResourceId=None, noEcho=False, reason=None):
    body = json.dumps({'Status': responseStatus, 'Reason': reason or 'See the log ' + context.log_stream_name, 'Data': responseData, 'NoEcho': noEcho,
        'PhysicalResourceId': physicalResourceId or context.log_stream_name, 'StackId': event['StackId'], 'RequestId': event['RequestId'],
        'LogicalResourceId': event['LogicalResourceId']}).encode()
    urllib.request.urlopen(urllib.request.Request(event['ResponseURL'], data=body, method='PUT', headers={'content-type': ''}))
`,
};
