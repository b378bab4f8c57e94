// TCP ports of this machine.

import net from "node:net";

// One that was free a moment ago.
export async function freePort() {
    const server = net.createServer();
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address();
    await new Promise((resolve) => server.close(resolve));
    return port;
}

// Whether somebody listens there.
export async function answers(port, host = "127.0.0.1") {
    return new Promise((resolve) => {
        const socket = net.connect({ port, host });
        socket.on("connect", () => { socket.destroy(); resolve(true); });
        socket.on("error", () => resolve(false));
    });
}
