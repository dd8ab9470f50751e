// Before each function of this folder, in the same file: tells CloudFormation how the change went (CloudFormation User Guide, "Custom resource response objects").
exports.handler = async (event) => {
  let status = 'SUCCESS';
  let reason = '';
  try {
    await change(event);
  } catch (error) {
    status = 'FAILED';
    reason = `${error.name}: ${error.message}`;
  }
  const { StackId, RequestId, LogicalResourceId, ResourceProperties } = event;
  const PhysicalResourceId = targetOf(ResourceProperties);
  const body = JSON.stringify({
    Status: status,
    Reason: reason,
    PhysicalResourceId,
    StackId,
    RequestId,
    LogicalResourceId,
  });
  await fetch(event.ResponseURL, { method: 'PUT', body, headers: { 'content-type': '' } });
};
