import { prisma } from '../src/prisma';

/** Run by hand; it makes the compiler put everything below dist/src and dist/prisma. */
void prisma()
  .user.create({ data: { email: 'first@example.com', points: { create: { amount: 10 } } } })
  .then(({ id }) => console.log(`user ${id}`));
