"""Command line of the practice national system; see README.md."""
import argparse
import asyncio
import concurrent.futures
import os
import re

from .server import Server

NUMBER = re.compile(r"[0-9A-Z]{10}")


def office_line(text, account):
    """"[+]NUMBER TYPE,TYPE..." or "NUMBER/TYPE,TYPE": (number, types, account)"""
    account = account or text.startswith("+")
    number, _, types = text.lstrip("+").strip().replace("/", " ").partition(
        " ")
    if not NUMBER.fullmatch(number):
        raise argparse.ArgumentTypeError(f"no office number: {text!r}")
    return number, [t for t in types.strip().split(",") if t], account


def options():
    parser = argparse.ArgumentParser(
        prog="national-sim", description="the practice national system")
    parser.add_argument("--folder", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--office", action="append", default=[],
                        type=lambda t: office_line(t, True))
    parser.add_argument("--offices", metavar="FILE")
    return parser.parse_args()


def register(server, wanted):
    """Offices that are new; certificates side by side, they take longest."""
    new = []
    with server.store.db:
        server.store.do("BEGIN")
        for number, types, account in wanted:
            server.store.register(number, types)
            folder = os.path.join(server.folder, "offices", number)
            if account and not os.path.exists(os.path.join(folder,
                                                           "password")):
                new.append((number, folder))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda o: server.authority.issue(*o), new))
    for number, _ in new:
        server.control.open_user(number)


async def run(chosen):
    path = os.path.join(chosen.folder, "sim.json")
    if os.path.exists(path):
        os.unlink(path)
    wanted = list(chosen.office)
    if chosen.offices:
        with open(chosen.offices, encoding="ascii") as f:
            wanted += [office_line(line.strip(), False) for line in f
                       if line.strip() and not line.startswith("#")]
    server = Server(chosen.folder, chosen.port, chosen.control_port)
    register(server, wanted)
    await server.serve()


def main():
    asyncio.run(run(options()))
