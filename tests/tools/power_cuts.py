#!/usr/bin/env python3
"""Rebuilds what a cut of the power can leave of the server's SQLite database, and looks whether all that was answered is there.

The recording (strace) has every write, truncation and sync of the database and its log, and every answer 303 that went to
a client, in their order. At a cut, what was synced before is on the disk; each later write is there, there in part (sectors
of 512 bytes) or not there. Each seed is a point in time and a choice. With NORMAL the syncs of the log are left out, as
synchronous=NORMAL does at a commit: the judge's own check.
usage: power_cuts.py RECORDING BEFORE.db SEEDS FULL|NORMAL ID...   (ids of deliveries in the order of their answers)
exit 1 when a cut lost something or left a damaged database"""
import os
import random
import re
import sqlite3
import sys
import tempfile

DATABASE, LOG = "trinhky.db", "trinhky.db-wal"
CALL = re.compile(r"^(\d+)\s+(?:<\.\.\. )?(pwrite64|write|writev|sendto|ftruncate|fdatasync|fsync)(\(| resumed>)(.*)$")
DESCRIPTOR = re.compile(r"^\d+<([^>]*)>(.*)$")
ANSWER = "".join(f"\\x{byte:02x}" for byte in b"HTTP/1.1 303")
SECTOR = 512


def raw(text):
    return bytes.fromhex(text.replace("\\x", ""))


def events(recording):
    """("w", file, offset, bytes), ("t", file, length), ("s", file) when a sync has come back, ("a",) for an answer."""
    syncing = {}
    for line in open(recording):
        call = CALL.match(line)
        if not call:
            continue
        thread, name, how, rest = call.groups()
        if how == " resumed>":
            if thread in syncing:
                yield ("s", syncing.pop(thread))
            continue
        if ANSWER in rest:
            yield ("a",)
            continue
        target = DESCRIPTOR.match(rest)
        if not target:
            continue
        path, rest = target.groups()
        file = os.path.basename(raw(path).decode() if path.startswith("\\x") else path)
        if file not in (DATABASE, LOG):
            continue
        if name == "pwrite64":
            data, _, offset = re.match(r', "([^"]*)", (\d+), (\d+)', rest).groups()
            yield ("w", file, int(offset), raw(data))
        elif name == "ftruncate":
            yield ("t", file, int(re.match(r", (\d+)", rest).group(1)))
        elif name in ("fdatasync", "fsync"):
            if "unfinished" in rest:
                syncing[thread] = file
            else:
                yield ("s", file)


def write(image, offset, data):
    if len(image) < offset + len(data):
        image.extend(bytes(offset + len(data) - len(image)))
    image[offset : offset + len(data)] = data


def after_cut(before, happened, chance):
    """The two files as a cut after these events can leave them."""
    image = {DATABASE: bytearray(before), LOG: bytearray()}
    synced = {file: max((n for n, event in enumerate(happened) if event == ("s", file)), default=-1) for file in image}
    kept = chance.random()
    for n, event in enumerate(happened):
        if event[0] == "w":
            _, file, offset, data = event
            if n > synced[file]:
                if chance.random() > kept:
                    continue
                if chance.random() < 0.1:
                    data = data[: SECTOR * chance.randrange(0, len(data) // SECTOR + 1)]
            write(image[file], offset, data)
        elif event[0] == "t" and (n <= synced[event[1]] or chance.random() < kept):
            del image[event[1]][event[2] :]
    return image


def registered(image):
    """The ids of the deliveries that are registered; none where the database is damaged."""
    with tempfile.TemporaryDirectory() as folder:
        for file, data in image.items():
            if data:
                with open(os.path.join(folder, file), "wb") as out:
                    out.write(data)
        try:
            database = sqlite3.connect(os.path.join(folder, DATABASE))
            if database.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                return None
            rows = database.execute("SELECT id FROM delivery WHERE state = 'registered'").fetchall()
            return {row[0].hex() if isinstance(row[0], bytes) else row[0].replace("-", "") for row in rows}
        except sqlite3.DatabaseError:
            return None


def main():
    recording, before, seeds, mode, ids = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5:]
    before = open(before, "rb").read()
    happened = list(events(recording))
    if mode == "NORMAL":
        happened = [event for event in happened if event != ("s", LOG)]
    answers = [n for n, event in enumerate(happened) if event == ("a",)]
    if len(answers) != len(ids):
        sys.exit(f"{len(answers)} answers are in the recording, and {len(ids)} were heard")
    damaged, lost, worst = 0, 0, 0
    for seed in range(seeds):
        chance = random.Random(seed)
        cut = chance.randrange(answers[0], len(happened))
        there = registered(after_cut(before, happened[:cut], chance))
        if there is None:
            damaged += 1
            continue
        missing = [name for n, name in zip(answers, ids) if n < cut and name not in there]
        lost += bool(missing)
        worst = max(worst, len(missing))
    print(
        f"{mode}: {len(happened)} events, {len(answers)} answers, {seeds} cuts: "
        f"{damaged} damaged, {lost} lost an answered act (at worst {worst})"
    )
    sys.exit(1 if damaged or lost else 0)


main()
