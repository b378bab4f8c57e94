// Certificates made for one test.

import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const openssl = (cwd, ...args) => run("openssl", args, { cwd });

// A certificate authority in `directory` and a certificate of it for `host`. Returns the paths of
// the authority and the key and certificate of the host.
export async function makeCertificates(directory, name, host = "localhost") {
    const file = (ending) => join(directory, `${name}.${ending}`);
    await openssl(
        directory, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-noenc", "-days", "2", "-subj", `/CN=${name} test authority`,
        "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
        "-keyout", file("ca.key"), "-out", file("ca.pem"));
    await openssl(
        directory, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc",
        "-subj", `/CN=${host}`, "-keyout", file("key"), "-out", file("csr"));
    await writeFile(file("ext"), `subjectAltName=DNS:${host}\nextendedKeyUsage=serverAuth\n`);
    await openssl(
        directory, "x509", "-req", "-in", file("csr"), "-CA", file("ca.pem"), "-CAkey",
        file("ca.key"), "-CAcreateserial", "-days", "2", "-extfile", file("ext"), "-out", file("pem"));
    return {
        caFile: file("ca.pem"),
        key: await readFile(file("key")),
        cert: await readFile(file("pem")),
    };
}
