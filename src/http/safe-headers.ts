import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

const NOTHING = ["'none'"];

const guard = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: NOTHING, baseUri: NOTHING, formAction: NOTHING, frameAncestors: NOTHING, sandbox: [] },
  },
  // Whether the name's other hosts speak TLS is not ours to say.
  strictTransportSecurity: { includeSubDomains: false },
  xFrameOptions: { action: 'deny' },
});

/** The same for every answer, so helmet is asked once. */
export const SAFE_HEADERS: ReadonlyMap<string, string> = new Map(Object.entries(ask()).map(([name, value]) => [name, String(value)]));

function ask(): OutgoingHttpHeaders {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  guard(request, response, () => undefined);
  return response.getHeaders();
}
