// The provider of this moment: oidc-provider takes its signing keys once, so a rotation replaces the whole provider.
// All its state is in PostgreSQL, so requests of one browser or app may meet several.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';

export interface CurrentProvider {
  /** Stands for the provider of the moment, whichever that is; may be kept. */
  provider: Provider;
  /** Answers a request. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Makes a new provider from what `make` reads. */
  replace(): void;
}

/** Keeps a provider that can be replaced under those who hold it. */
export function createCurrentProvider(make: () => Provider): CurrentProvider {
  let current = make();
  let callback = current.callback();
  // Methods run on the provider itself, whose private parts a proxy has not.
  const provider = new Proxy({} as Provider, {
    get(_target, name) {
      const part: unknown = Reflect.get(current, name);
      const isMethod = typeof part === 'function' && !/^[A-Z]/.test(String(name));
      return isMethod ? part.bind(current) : part;
    },
  });
  return {
    provider,
    answer: (request, response) => callback(request, response),
    replace() {
      current = make();
      callback = current.callback();
    },
  };
}
