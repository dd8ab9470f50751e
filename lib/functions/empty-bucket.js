// Empties a bucket, every version of every object, when its stack is deleted: CloudFormation deletes no bucket that holds one.
const { S3Client, DeleteObjectsCommand, ListObjectVersionsCommand } = require('@aws-sdk/client-s3');

const targetOf = ({ BucketName }) => BucketName;

async function change({ RequestType, ResourceProperties }) {
  if (RequestType !== 'Delete') return;
  const Bucket = targetOf(ResourceProperties);
  const s3 = new S3Client({});
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) return;
    const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    if (Errors.length > 0) throw new Error(`${Errors[0].Key}: ${Errors[0].Message}`);
  }
}
