/**
 * The pages of a list operation, as they come: AWS gives a token until there is no more. Written here because describers are given
 * operations, not clients, and the SDK's paginators take a client.
 */
export async function* pages<Input extends { nextToken?: string }, Output extends { nextToken?: string }>(
  call: (input: Input) => Promise<Output>,
  input: Input,
): AsyncGenerator<Output> {
  let nextToken: string | undefined;
  do {
    const page = await call({ ...input, ...(nextToken ? { nextToken } : {}) });
    yield page;
    nextToken = page.nextToken;
  } while (nextToken);
}
