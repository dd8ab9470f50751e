import { randomBytes } from 'node:crypto';
import * as path from 'node:path';
import { acceptsFile } from '../host/child';
import { serviceEnvironment } from '../host/service-environment';
import type { ServiceRegistry } from '../host/service-registry';
import { socketFile } from '../host/socket-file';
import type { Upstream } from '../gateway/upstream';

/**
 * Starts moto behind a socket file of this user alone; it answers only who brings a token, which it is told by its standard input. In this process moto opens no connection
 * and starts no program: an SNS subscription, a Lambda function or a Batch job of a build would otherwise leave the build's bounds by it. Its administration (`/moto-api`: data, reset, recorder) and
 * the instance metadata are not served.
 * @param bin the folder of the Python that has moto
 * @param directory where its log and its socket are
 * @throws SaiondoError `SERVICE_NOT_READY`
 */
export async function startMoto(
  services: ServiceRegistry,
  bin: string,
  directory: string,
  signal?: AbortSignal,
): Promise<Upstream> {
  const token = randomBytes(32).toString('base64url');
  const socketPath = socketFile(directory, 'moto.sock');
  await services.start({
    name: 'moto',
    command: path.join(bin, 'python'),
    args: ['-I', '-c', LAUNCHER, socketPath],
    env: serviceEnvironment({ HOME: directory }),
    ...(signal ? { signal } : {}),
    cwd: directory,
    input: `${token}\n`,
    log: path.join(directory, 'moto.log'),
    ready: () => acceptsFile(socketPath),
    timeoutSeconds: 60,
  });
  return { address: { socketPath }, token };
}

/** moto.server's own `main` (moto 5.2) on a socket file, with what is refused ahead of it. */
const LAUNCHER = `
import hmac, os, signal, socket, sys
from werkzeug.serving import make_server
from moto.core.config import default_user_config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app

token = sys.stdin.readline().strip()
file = sys.argv[1]
default_user_config["lambda"]["use_docker"] = False
default_user_config["batch"]["use_docker"] = False

moto = DomainDispatcherApplication(create_backend_app)

def application(environ, start_response):
    path = "/" + environ.get("PATH_INFO", "").lstrip("/").lower()
    given = environ.pop("HTTP_X_SAIONDO_UPSTREAM", "")
    own = path.startswith(("/moto-api", "/latest/meta-data", "/latest/api", "/latest/dynamic"))
    if own or not hmac.compare_digest(given.encode("latin-1"), token.encode()):
        start_response("403 Forbidden", [("content-type", "text/plain"), ("content-length", "0"), ("connection", "close")])
        return [b""]
    return moto(environ, start_response)

def refuse(event, _arguments):
    if event in ("socket.connect", "socket.sendto", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty"):
        raise PermissionError("moto opens no connection and starts no program here: " + event)

if os.path.exists(file):
    os.unlink(file)
os.umask(0o177)
listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind(file)
listener.listen(128)
os.umask(0o077)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
signal.signal(signal.SIGINT, lambda *_: os._exit(0))
server = make_server("unix://" + file, 0, application, threaded=True, request_handler=MotoRequestHandler, fd=listener.fileno())
sys.addaudithook(refuse)
server.serve_forever()
`;
