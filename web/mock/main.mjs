// npm run mock: the built app on a world in memory.
import { login, startMock } from './server.mjs';

const mock = await startMock({ port: Number(process.env.PORT ?? 8090) });
console.log(`${mock.url}/ (${login.email}, ${login.password})`);
