// A real provider of identities (oidc-provider, certified) for tests: on a free port of loopback, with whomever it is
// told to know. It takes one word per line from standard input and answers each with a line.
//
//   node provider.mjs REDIRECT_URI      prints {"issuer": …} once it listens
//   tamper nonce|audience|issuer|signature|none   what the next tokens shall be wrong in
//   ahead SECONDS                       puts its clock forward
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { generateKeyPair, exportJWK, decodeJwt, SignJWT } from "jose";
import { Provider } from "oidc-provider";

const CLIENT = "tombola", SECRET = "a secret of the client that is long enough";
const real = Date.now.bind(Date);
let ahead = 0, tamper = "none";
Date.now = () => real() + ahead * 1000;

const pair = await generateKeyPair("RS256", { extractable: true });
const strange = await generateKeyPair("RS256", { extractable: true });
const key = { ...(await exportJWK(pair.privateKey)), kid: "one", use: "sig", alg: "RS256" };

// Whoever logs in is called as they say: "anna@example.org" has a verified address, "unverified:…" has not,
// "bare:…" tells none.
const account = (id) => {
  const kind = id.includes(":") ? id.split(":")[0] : "verified", email = id.includes(":") ? id.split(":")[1] : id;
  const told = { sub: id, name: `Name of ${email.split("@")[0]}` };
  return kind === "bare" ? told : { ...told, email, email_verified: kind === "verified" };
};

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: CLIENT, client_secret: SECRET, redirect_uris: [process.argv[2]],
      grant_types: ["authorization_code"], response_types: ["code"], token_endpoint_auth_method: "client_secret_post",
    }],
    jwks: { keys: [key] },
    cookies: { keys: ["for tests alone"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    findAccount: (_ctx, id) => ({ accountId: id, claims: async () => account(id) }),
    pkce: { required: () => true },
    ttl: { AuthorizationCode: 60, AccessToken: 600, IdToken: 600, Interaction: 600, Session: 600, Grant: 600 },
  });
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path !== "/token" || !ctx.body?.id_token || tamper === "none") return;
    const claims = decodeJwt(ctx.body.id_token);
    if (tamper === "nonce") claims.nonce = "another";
    if (tamper === "audience") claims.aud = "somebody-else";
    if (tamper === "issuer") claims.iss = "https://elsewhere.example";
    const signer = tamper === "signature" ? strange.privateKey : pair.privateKey;
    ctx.body = { ...ctx.body, id_token: await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "one" }).sign(signer) };
  });
  server.on("request", provider.callback());
  console.log(JSON.stringify({ issuer }));
});

createInterface({ input: process.stdin }).on("line", (line) => {
  const [word, value] = line.trim().split(" ");
  if (word === "tamper") tamper = value;
  if (word === "ahead") ahead = Number(value);
  console.log("done");
}).on("close", () => process.exit(0));
