import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { baseImagesOf } from '../../engine/resources/base-images';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-base-images-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));
const write = (file: string, text: string): void => {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  fs.writeFileSync(path.join(root, file), text);
};
write('backend/api/Dockerfile', 'FROM node:20 AS build\nFROM node:20-slim\nCOPY --from=build /app /app\n');
write('backend/api/Dockerfile.dev', 'FROM node:18\n');
write('backend/api-old/Dockerfile', 'FROM node:14\n');
write('frontend/web/Dockerfile', 'FROM nginx:1.27\n');

test('only images of a Dockerfile that a build names are prepared', async () => {
  const builds = JSON.stringify({ EnvironmentVariables: [{ Name: 'COMPONENT_DIR', Value: 'backend/api' }] });
  expect(await baseImagesOf(root, builds)).toEqual(['node:20', 'node:20-slim']);
  expect(await baseImagesOf(root, 'docker build --file frontend/web/Dockerfile .')).toEqual(['nginx:1.27']);
  expect(await baseImagesOf(root, 'docker build -f Dockerfile.dev backend/api')).toEqual([
    'node:20',
    'node:20-slim',
    'node:18',
  ]);
});

test('where no build names a folder, every Dockerfile is looked at', async () => {
  expect((await baseImagesOf(root, 'make images')).sort()).toEqual([
    'nginx:1.27',
    'node:14',
    'node:18',
    'node:20',
    'node:20-slim',
  ]);
});
