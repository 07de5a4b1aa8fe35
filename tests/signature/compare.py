"""Our verdict on signed requests, beside that of Twilio's own library: `python tests/signature/compare.py`.

Random form and JSON requests, honest ones and forged or altered ones, are judged by `ringdown verify` and by
`RequestValidator` of Python's `twilio`. The two have to agree, but for the kinds of request that `forge.py` names as
ones that the library judges wrongly; there ours has to be what the rules of the signature say. Then comes all of
vectors.json, from the test suites of Twilio's libraries.
"""

import argparse
import collections
import hashlib
import json
import pathlib
import random
import subprocess
import sys
import tempfile

from twilio.request_validator import RequestValidator

from forge import EXCEPTED, random_request, sign

HERE = pathlib.Path(__file__).resolve().parent


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--count", type=int, default=10_000, help="how many random requests (default: 10000)")
    arguments.add_argument("--seed", type=int, default=random.randrange(2**32), help="repeats an earlier run")
    arguments.add_argument("--ringdown", type=pathlib.Path, default=HERE.parents[1] / "target/debug/ringdown",
                           help="the binary (default: target/debug/ringdown)")
    options = arguments.parse_args()
    print(f"   seed {options.seed}")
    wrong = compare(options) + vectors(options.ringdown)
    for line in wrong[:20]:
        print(f"DIFFERENT {line}")
    print(f"   {len(wrong)} different" if wrong else "   no difference")
    return 1 if wrong else 0


def compare(options):
    rng = random.Random(options.seed)
    requests = [random_request(rng) for _ in range(options.count)]
    answers = verify(options.ringdown, [request.captured() for request in requests])
    wrong, kinds, excepted = [], collections.Counter(), {kind: collections.Counter() for kind in EXCEPTED}
    for request, answer in zip(requests, answers):
        ours, theirs = answer.startswith("valid"), library(request)
        kinds[type(request.payload).__name__, request.honest] += 1
        told = f"{request.kind}: ours {answer!r}, theirs {theirs}, should be {request.honest}: {request.captured()}"
        if ours != request.honest or (request.kind not in EXCEPTED and theirs != request.honest):
            wrong.append(told)
        if sign(request.url, request.payload, request.token) in answer or request.token in answer:
            wrong.append(f"a secret is told: {told}")
        if request.kind in EXCEPTED:
            excepted[request.kind][theirs == ours] += 1
    names = {"Fields": "forms", "str": "JSON bodies"}
    counted = ", ".join(f"{kinds[kind, honest]} {'honest' if honest else 'forged'} {name}"
                        for kind, name in names.items() for honest in (True, False))
    agreed = options.count - sum(sum(counts.values()) for counts in excepted.values())
    print(f"   {options.count} random requests: {counted}")
    print(f"   {agreed} of kinds on which the library is right")
    for kind, counts in excepted.items():
        print(f"   {sum(counts.values())} where we follow the rules: {EXCEPTED[kind]}"
              f" (the library judged {counts[False]} of them otherwise)")
    return wrong


def library(request):
    """The library's verdict, on the raw body of a JSON request or on a form's fields. What it raises is a refusal."""
    try:
        return RequestValidator(request.token).validate(request.url, request.payload, request.signature)
    except TypeError:
        return False


def verify(ringdown, captured):
    """One line for each request, from `ringdown verify`."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(captured, file)
        file.flush()
        done = subprocess.run([ringdown, "verify", file.name], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    lines = done.stdout.splitlines()
    assert done.returncode in (0, 1) and len(lines) == len(captured), (done.returncode, len(lines), done.stderr[-500:])
    assert all(line.startswith(("valid", "invalid")) for line in lines)
    assert done.returncode == any(line.startswith("invalid") for line in lines), "the exit code does not fit"
    return lines


def vectors(ringdown):
    """Vectors that only one library accepts (`applies_to`) are not Twilio's signature: they have to be refused."""
    cases = []
    for vector in json.loads((HERE / "vectors.json").read_text())["vectors"]:
        url, token = vector["url"], vector["token"]
        expected = vector["expect_valid"] and "applies_to" not in vector
        if vector["kind"] == "form":
            captured = {"url": url, "params": vector["params"], "signature": vector["signature"], "token": token}
            cases.append((vector["id"], expected, captured))
        elif vector["kind"] == "json":
            captured = {"url": url, "body": vector["body"], "signature": vector["signature"], "token": token}
            cases.append((vector["id"], expected, captured))
        else:
            # No request, but a body and two hashes of it, one wrong and one right: each in a URL that is signed right.
            body = vector["body"]
            right = hashlib.sha256(body.encode()).hexdigest()
            assert (vector["kind"], url) == ("bodyhash", None) and f"'{right}'" in vector["note"], vector
            for digest, valid in (("WRONG_HASH", False), (right, True)):
                url = f"https://example.com/?bodySHA256={digest}"
                captured = {"url": url, "body": body, "signature": sign(url, body, token), "token": token}
                cases.append((f"{vector['id']} {digest[:10]}", valid, captured))
    lines = verify(ringdown, [captured for _, _, captured in cases])
    wrong = [f"vector {name}: {line!r}, should be {expected}"
             for (name, expected, _), line in zip(cases, lines) if line.startswith("valid") != expected]
    valid = sum(expected for _, expected, _ in cases)
    print(f"   {len(cases)} checks of vectors.json: {valid} valid, {len(cases) - valid} to be refused")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
