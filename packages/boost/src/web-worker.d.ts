/** The part of a browser's workers that is used; TypeScript declares it only together with everything of browsers. */
declare class Worker {
  constructor(url: URL, options: { readonly type: 'module'; readonly name: string });
  postMessage(message: unknown, transfer?: readonly unknown[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'error', listener: (event: { readonly message?: string }) => void): void;
  terminate(): void;
}
