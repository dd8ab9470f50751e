import './style.css';
import { greeting } from './greeting';

const main = document.querySelector('#app');
const heading = document.createElement('h1');
heading.textContent = greeting(new Date(0));
main?.append(heading);

// The api answers below the site's own address, as CloudFront sends /api on to it.
fetch('/api/health')
  .then((answer) => answer.json() as Promise<{ status: string }>)
  .then(({ status }) => {
    const line = document.createElement('p');
    line.id = 'api';
    line.textContent = `the api is ${status}`;
    main?.append(line);
  })
  .catch((error: unknown) => console.error(error));
