"""A real SMTP server for the tests: writes every mail it accepts into a folder, as it came over the wire.

usage: smtp_sink.py FOLDER [--port N] [--refuse TEXT]… [--defer TEXT]… [--delay SECONDS]
       [--greylist N] [--drop TEXT]… [--stall TEXT]…

Prints `READY <port>` on standard output once it listens on 127.0.0.1 (port 0, the default, lets the system choose).
The n-th mail becomes FOLDER/0001.eml, and its envelope FOLDER/0001.json {"from": …, "to": […]}; the .eml appears
last and whole, so a test may wait for it. A recipient whose address contains TEXT is refused for good (550) or
for now (451); SECONDS pass before the mail's content is answered. The first N tries of each recipient are put off
(451), as greylisting does. The first mail to a recipient whose address contains the TEXT of --drop is kept and the
connection torn down before it is answered; one named by --stall is never answered. Ends when standard input closes.
"""

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP


class Sink:
    def __init__(self, options: argparse.Namespace) -> None:
        self.folder = options.folder
        self.refuse = options.refuse
        self.defer = options.defer
        self.delay = options.delay
        self.greylist = options.greylist
        self.drop = options.drop
        self.stall = options.stall
        self.tries: dict[str, int] = {}
        self.dropped: set[str] = set()
        self.received = len(list(self.folder.glob("*.eml")))

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 (the library's name)
        if any(text in address for text in self.refuse):
            return "550 5.1.1 no such mailbox here"
        if any(text in address for text in self.defer):
            return "451 4.2.1 mailbox busy, try again later"
        if any(text in address for text in self.stall):
            await asyncio.sleep(3600)
        self.tries[address] = self.tries.get(address, 0) + 1
        if self.tries[address] <= self.greylist:
            return "451 4.7.1 greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.delay:
            await asyncio.sleep(self.delay)
        self.received += 1
        name = f"{self.received:04}"
        recipients = {"from": envelope.mail_from, "to": envelope.rcpt_tos}
        (self.folder / f"{name}.json").write_text(json.dumps(recipients), encoding="utf-8")
        whole = self.folder / f"{name}.eml.part"
        whole.write_bytes(envelope.original_content)
        os.replace(whole, self.folder / f"{name}.eml")
        for address in envelope.rcpt_tos:
            if address not in self.dropped and any(text in address for text in self.drop):
                self.dropped.add(address)
                server.transport.abort()
        return f"250 OK {name}"


async def serve(options: argparse.Namespace) -> None:
    sink = Sink(options)
    loop = asyncio.get_running_loop()
    protocol = lambda: SMTP(sink, hostname="smtp-sink.example", enable_SMTPUTF8=True, loop=loop)  # noqa: E731
    server = await loop.create_server(protocol, host="127.0.0.1", port=options.port)
    print(f"READY {server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.buffer.read)
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--refuse", action="append", default=[], metavar="TEXT")
    parser.add_argument("--defer", action="append", default=[], metavar="TEXT")
    parser.add_argument("--delay", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--greylist", type=int, default=0, metavar="N")
    parser.add_argument("--drop", action="append", default=[], metavar="TEXT")
    parser.add_argument("--stall", action="append", default=[], metavar="TEXT")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
