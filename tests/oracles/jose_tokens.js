// Session tokens by npm's jose. Standard input: one JSON object {secret, otherSecret, scope, minted}. Standard output: one JSON
// line for each token, {name, token, accepted}, and at last {name: "minted", valid, payload}: what jose says of a token that the
// server made.
const { SignJWT, UnsecuredJWT, jwtVerify, base64url } = require("jose");

const bytes = (text) => new TextEncoder().encode(text);

async function signed(claims, { alg = "HS256", secret, exp = "1h", header = {} }) {
  const token = new SignJWT(claims).setProtectedHeader({ alg, typ: "JWT", ...header }).setIssuedAt();
  if (exp !== null) token.setExpirationTime(exp);
  return token.sign(bytes(secret));
}

async function tokensFor({ secret, otherSecret, scope }) {
  const claims = { ...scope, userId: "alice", entityId: "shop" };
  const without = (name) => Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
  const good = await signed(claims, { secret });
  const [header, payload, signature] = good.split(".");
  const altered = base64url.encode(JSON.stringify({ ...claims, userId: "root", exp: 9999999999 }));
  return [
    ["good", good, true],
    ["good, as often minted", await signed({ ...claims, userMeta: { name: "A" } }, { secret, exp: "7d" }), true],
    ["with kid", await signed(claims, { secret, header: { kid: "1" } }), true],
    ["nbf and aud are not looked at", await signed({ ...claims, nbf: 9999999999, aud: "x" }, { secret }), true],
    ["HS384", await signed(claims, { secret, alg: "HS384" }), false],
    ["HS512", await signed(claims, { secret, alg: "HS512" }), false],
    ["none", new UnsecuredJWT(claims).setExpirationTime("1h").encode(), false],
    ["none with a signature", base64url.encode('{"alg":"none"}') + "." + payload + "." + signature, false],
    ["critical header", await signed(claims, { secret, header: { crit: ["b64"], b64: true } }), false],
    ["no exp", await signed(claims, { secret, exp: null }), false],
    ["expired", await signed(claims, { secret, exp: "-1s" }), false],
    ["exp is a text", await signed({ ...claims, exp: "9999999999" }, { secret, exp: null }).catch(() => "x.y.z"), false],
    ["another's secret", await signed(claims, { secret: otherSecret }), false],
    ["no entity", await signed(without("entityId"), { secret }), false],
    ["unknown entity", await signed({ ...claims, entityId: "nobody" }, { secret }), false],
    ["no user", await signed(without("userId"), { secret }), false],
    ["no environment", await signed(without("environmentId"), { secret }), false],
    ["platform's issuer", await signed({ ...claims, iss: "platos-platform" }, { secret }), false],
    ["altered payload", header + "." + altered + "." + signature, false],
    ["two parts", payload + "." + signature, false],
    ["two parts, altered", altered + "." + signature, false],
    ["truncated", good.slice(0, -1), false],
    ["no signature", header + "." + payload + ".", false],
    ["five parts", good + ".a.b", false],
    ["7 KiB", await signed({ ...claims, userToken: "u".repeat(5000) }, { secret }), true],
  ];
}

async function main() {
  let input = "";
  for await (const chunk of process.stdin) input += chunk;
  const given = JSON.parse(input);
  for (const [name, token, accepted] of await tokensFor(given)) {
    process.stdout.write(JSON.stringify({ name, token, accepted }) + "\n");
  }
  const minted = await jwtVerify(given.minted, bytes(given.secret), { algorithms: ["HS256"] });
  process.stdout.write(JSON.stringify({ name: "minted", valid: true, payload: minted.payload }) + "\n");
}

main();
