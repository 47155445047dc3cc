import type { IncomingMessage } from 'node:http';

const LOOPBACK_ADDRESS = /^(?:(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/;
const LOOPBACK_HOST = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?$/i;
const HANDED_ON = /^(?:forwarded|via|x-forwarded.*|x-original-.*|x-real-ip|true-client-ip|(?:x|cf|fastly)-.*client-ip|cf-connecting-ip)$/;

/** Who may open a vault that is not there yet: this machine alone, or nobody. */
export interface VaultRule {
  readonly openVaults: 'loopback' | 'never';
  /** The address, or the name, that the service listens at. */
  readonly host: string;
}

/** Whether a request may open a vault that is not there yet: as created, or as brought here. */
export type MayOpenVault = (request: IncomingMessage) => boolean;

/**
 * Lets requests from this machine itself open vaults, where the service listens for this machine alone. A proxy on the same machine that adds
 * nothing to what it hands on cannot be told from its user: behind one, the rule is to be `never`.
 */
export function mayOpenVault({ openVaults, host }: VaultRule): MayOpenVault {
  const listensHere = host.toLowerCase() === 'localhost' || LOOPBACK_ADDRESS.test(host);
  return openVaults === 'loopback' && listensHere ? isLocal : () => false;
}

/**
 * Whether a request comes from this machine itself: from a loopback address, handed on by nobody that says so, and meant for a loopback name (a
 * web page whose own name was pointed here sends that name). HTTP/1.0 is what proxies speak by default, and hardly anybody else.
 */
function isLocal(request: IncomingMessage): boolean {
  return (
    LOOPBACK_ADDRESS.test(request.socket.remoteAddress ?? '') &&
    LOOPBACK_HOST.test(request.headers.host ?? '') &&
    request.httpVersion !== '1.0' &&
    !Object.keys(request.headers).some((name) => HANDED_ON.test(name))
  );
}
