"""Random signed requests, honest and forged, and an implementation of the signature that is independent of ours."""

import base64
import dataclasses
import hashlib
import hmac
import json
import re
import string
import urllib.parse

# Kinds of request on which the library does not follow the rules, and what the rules say.
EXCEPTED = {
    "no body hash": "a JSON body without bodySHA256 is refused; the library raises, and accepts an empty body",
    "body hash twice": "a repeated bodySHA256 is refused; the library takes the first",
    "userinfo": "userinfo may be missing in the signed URL, and the port behind it; the library cuts at the first colon",
    "IPv6": "the colons of an IPv6 address are no port; the library cuts at the first one",
    "fragment": "a fragment is never signed; the library keeps it",
    "empty query": "the URL is taken as received; the library parses it, and loses the mark of an empty query",
}
FORM = "application/x-www-form-urlencoded"


class Fields(list):
    """A form's decoded fields, as `(key, value)`; the library reads it like the forms of a web framework."""

    def __iter__(self):
        return (key for key, _ in self.pairs())

    def pairs(self):
        return list.__iter__(self)

    def getlist(self, key):
        return [value for name, value in self.pairs() if name == key]


@dataclasses.dataclass(frozen=True)
class Request:
    kind: str
    honest: bool
    url: str
    payload: Fields | str
    token: str
    signature: str | None
    raw: str | None = None

    def captured(self):
        """As `ringdown verify` reads it: a form as its fields, or as its raw body."""
        common = {"url": self.url, "token": self.token}
        if self.signature is not None:
            common["signature"] = self.signature
        if isinstance(self.payload, str):
            return common | {"body": self.payload}
        if self.raw is not None:
            return common | {"body": self.raw, "content_type": FORM}
        values = {key: self.payload.getlist(key) for key in self.payload}
        return common | {"params": {key: found[0] if len(found) == 1 else found for key, found in values.items()}}


def text(url, payload):
    """What is signed: the URL, and of a form each key with its distinct values, all in the order of their bytes."""
    if isinstance(payload, str):
        return url
    order = sorted(set(payload.pairs()), key=lambda field: (field[0].encode(), field[1].encode()))
    return url + "".join(key + value for key, value in order)


def sign(url, payload, token, digest="sha1"):
    return base64.b64encode(hmac.digest(token.encode(), text(url, payload).encode(), digest)).decode()


def hashed(url, digest):
    return f"{url}{'&' if '?' in url else '?'}bodySHA256={digest}"


def sha256(body):
    return hashlib.sha256(body.encode()).hexdigest()


# ---- Honest requests ----

KEYS = ["CallSid", "CALLSID", "callSid", "From", "To", "Body", "Digits", "Reason", "ReasonConferenceEnded", "a", "b", "é"]
SIGNS = string.ascii_letters + string.digits + " +&=%'\"@:/?#;,.-_~!*()[]{}\\\n\t" + "éñßø€\u3042\u05d0\u0301\ue000\ufffd😀𝄞"
IN_URL = string.ascii_letters + string.digits + "-_.~'@:+!*(),$" + "éñ€\u3042😀"


def words(rng, signs, most, least=0):
    return "".join(rng.choices(signs, k=rng.randint(least, most)))


def random_url(rng, host=None, port=None):
    """`(scheme, authority, port or "", the rest)`"""
    scheme = rng.choices(["https", "http"], [5, 1])[0]
    host = host or rng.choice(["example.com", "Example.COM", "10.0.0.7", "xn--bcher-kva.example",
                                words(rng, string.ascii_lowercase, 12, 1) + ".example"])
    if port is None:
        port = rng.choice(["", "", "", "443" if scheme == "https" else "80", "8080", str(rng.randint(1, 65535))])
    path = "".join("/" + rng.choice([words(rng, IN_URL, 8), "twilio", "%20", "a%2Fb", "p;q=1"])
                   for _ in range(rng.randint(0, 4)))
    query = "&".join(rng.choice([f"{words(rng, IN_URL, 6, 1)}={words(rng, IN_URL, 8)}", "foo=1", "bar=2", "empty=",
                                  "it's+here=%27", "q=a%20b%2B", "bodysha256=0", "nobodySHA256=1", "bare", "x=/?y"])
                     for _ in range(rng.choice([0, 0, 1, 2, 3, 5])))
    return scheme, host, port, path + ("?" + query if query else "")


def join(scheme, host, port, rest):
    return f"{scheme}://{host}{':' + port if port else ''}{rest}"


def random_fields(rng):
    return Fields((rng.choice(KEYS) if rng.random() < 0.7 else words(rng, SIGNS, 8), words(rng, SIGNS, 20))
                  for _ in range(rng.choice([0, 1, 2, 5, 12, 30])))


def random_body(rng):
    event = {"type": "com.twilio." + words(rng, string.ascii_lowercase, 8), "data": words(rng, SIGNS, 60),
             "n": rng.random(), words(rng, SIGNS, 5): [None, True, {}]}
    return rng.choice([
        json.dumps([event] * rng.randint(0, 4), separators=(",", ":")), json.dumps(event, ensure_ascii=False, indent=1),
        "{}", "[]", "not JSON: " + words(rng, SIGNS, 200), "a=form&that=is+none", "\ufeff[]", "\r\n"])


def encoded(rng, fields):
    """A form's raw body, in one of the ways to write it down."""
    quote = rng.choice([urllib.parse.quote_plus, urllib.parse.quote, lambda part: urllib.parse.quote(part, safe="/:@'!*(),é€")])
    return "&".join(quote(key) if not value and key and rng.random() < 0.3 else f"{quote(key)}={quote(value)}"
                    for key, value in fields.pairs())


def honest(rng, parts=None, payload=None):
    """A request as Twilio makes it; with or without its port in the signed URL, as Twilio may."""
    if payload is None:
        payload = random_fields(rng) if rng.random() < 0.5 else random_body(rng)
    scheme, host, port, rest = parts or random_url(rng)
    if isinstance(payload, str) or (not payload and rng.random() < 0.3):
        rest = hashed(rest, sha256(payload or "{}"))  # the URL of a GET may have the hash of a body that it does not have
    default = "443" if scheme == "https" else "80"
    signed = join(scheme, host, rng.choice([port, "", port or default]), rest)
    token = words(rng, "0123456789abcdef", 32, 32)
    raw = encoded(rng, payload) if isinstance(payload, Fields) and rng.random() < 0.5 else None
    return Request("honest", True, join(scheme, host, port, rest), payload, token, sign(signed, payload, token), raw)


def excepted(rng):
    """A request of a kind on which the library does not follow the rules."""
    kind = rng.choice(list(EXCEPTED))
    scheme, host, port, rest = random_url(rng)
    payload, verdict = random_fields(rng), True
    token = words(rng, "0123456789abcdef", 32, 32)
    if kind == "no body hash":
        payload, verdict = rng.choice([random_body(rng), ""]), False
        url = signed = rng.choice([join(scheme, host, port, rest), hashed(join(scheme, host, port, rest), "")])
    elif kind == "body hash twice":
        payload, verdict = random_body(rng), False
        first, second = rng.choice([(payload, payload), (payload, "[]x"), ("[]x", payload)])
        url = signed = hashed(hashed(join(scheme, host, port, rest), sha256(first)), sha256(second))
    elif kind == "userinfo":
        url = join(scheme, "user:secret@" + host, port, rest)
        user = rng.choice(["user:secret@", "", "eve@"])
        verdict = user != "eve@"
        signed = join(scheme, user + host, rng.choice([port, ""]), rest)
    elif kind == "IPv6":
        host, port = f"[2001:db8::{rng.randint(1, 9)}]", rng.choice(["", "8443", "443"])
        url, signed = join(scheme, host, port, rest), join(scheme, host, rng.choice([port, ""]), rest)
    elif kind == "fragment":
        bare = join(scheme, host, port, rest)
        url, verdict = bare + "#rc=2&rp=all", rng.random() < 0.5
        signed = bare if verdict else url
    else:
        bare = join(scheme, host, port, rest.split("?")[0])
        url, verdict = bare + "?", rng.random() < 0.5
        signed = url if verdict else bare
    return Request(kind, verdict, url, payload, token, sign(signed, payload, token))


# ---- Forged and altered ones: each function returns what becomes of the request, or nothing if it does not apply ----

def replaced(rng, old):
    """`old` with one sign replaced, added or taken away."""
    at = rng.randrange(len(old) + 1)
    return rng.choice([old[:at] + rng.choice(string.ascii_letters) + old[at + rng.randint(0, 1):], old[:at] + old[at + 1:]])


def other_signature(rng, request):
    old = request.signature
    digest = base64.b64decode(old)
    loose = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
    return {"signature": rng.choice([
        None, "", old[:-1], old[1:], old.rstrip("="), old + "=", old + " ", " " + old, old + "\n", old.swapcase(), old * 2,
        digest.hex(), digest[:10].hex(), replaced(rng, old), old.replace("+", "-").replace("/", "_"), "é" + old[1:],
        old[:-2] + loose[loose.index(old[-2]) + 1] + "=",  # the same bytes, in base64 that nobody writes
        sign(request.url, request.payload, request.token, "sha256"), base64.b64encode(rng.randbytes(20)).decode(),
        base64.b64encode(hashlib.sha1(text(request.url, request.payload).encode()).digest()).decode()])}


def other_token(rng, request):
    old = request.token
    return {"token": rng.choice([old[:-1], old[1:], old + "0", old.upper(), old[::-1], replaced(rng, old),
                                  words(rng, "0123456789abcdef", 32, 32)])}


def other_url(rng, request):
    url = request.url
    scheme, behind = url.split("://", 1)
    at = behind.index("/") if "/" in behind else len(behind)
    authority, rest = behind[:at], behind[at:]
    pairs = rest.partition("?")[2].split("&")
    shuffled = rng.sample(pairs, len(pairs))
    path = rest.partition("?")[0]
    url = rng.choice([
        f"{'http' if scheme == 'https' else 'https'}://{behind}", f"{scheme}://evil.{behind}", f"{scheme}://{behind}/x",
        f"{scheme}://{authority.swapcase()}{rest}", f"{scheme}://{authority}/{rest}", f"{scheme}://{authority}{path}/",
        f"{scheme}://{authority}{path}?{'&'.join(shuffled)}", f"{scheme}://{authority}{path}?{'&'.join(pairs[1:])}",
        f"{scheme}://{authority}{path}", url + ("&" if "?" in url else "?") + "more=1", url.replace("'", "%27"),
        url.replace("+", "%20"), url.replace("%2B", "+"), url.replace("%2F", "%2f"), url.replace("foo=1", "foo=2"),
        f"{scheme}://{authority}{rest.swapcase()}"])
    return {"url": url.rstrip("?")}


def other_port(rng, request):
    scheme, host, _, rest = random_url(rng)
    if isinstance(request.payload, str):
        rest = hashed(rest, sha256(request.payload))
    signed, received = rng.choice([("8443", "9000"), ("8443", ""), ("8080", "80"), ("3000", "443"), ("84", "843")])
    signature = sign(join(scheme, host, signed, rest), request.payload, request.token)
    return {"url": join(scheme, host, received, rest), "signature": signature}


def other_fields(rng, request):
    fields = list(request.payload.pairs()) if isinstance(request.payload, Fields) else None
    if not fields:
        return {"payload": Fields([("Added", words(rng, SIGNS, 5))])} if fields is not None else {}
    at = rng.randrange(len(fields))
    key, value = fields[at]
    added = rng.choice([("Added", ""), (key, value + "2"), (key, ""), ("", "x"), (key.swapcase(), value)])
    changed = rng.choice([(key, replaced(rng, value)), (replaced(rng, key), value), (key, ""), (key, value.strip()),
                           (key.swapcase(), value), (key, value.swapcase()), (value, key), (key, value.replace("+", " "))])
    return {"payload": Fields(rng.choice([fields + [added], fields[:at] + fields[at + 1:], [],
                                           fields[:at] + [changed] + fields[at + 1:]]))}


def other_body(rng, request):
    old = request.payload
    if not isinstance(old, str):
        return {}
    return {"payload": rng.choice([replaced(rng, old), old + "\n", " " + old, "", "{}", "\ufeff" + old, old.strip(),
                                    old.replace(",", ", "), old.replace("\r\n", "\n"), old * 2])}


def other_hash(rng, request):
    """The URL is signed right; the hash in it is not the body's."""
    if not isinstance(request.payload, str):
        return {}
    right = sha256(request.payload)
    digest = rng.choice([right.upper(), right[:-1], right + "0", " " + right, sha256(""), sha256(request.payload + "\n"),
                          hashlib.sha1(request.payload.encode()).hexdigest(), replaced(rng, right)])
    url = request.url.replace(f"bodySHA256={right}", f"bodySHA256={digest}")
    return {"url": url, "signature": sign(url, request.payload, request.token)}


def form_for_json(rng, request):
    """The fields of a form as if they were another body, and the other way round."""
    if isinstance(request.payload, Fields):
        return {"payload": request.raw if request.raw is not None else encoded(rng, request.payload)}
    return {"payload": Fields(urllib.parse.parse_qsl(request.payload, keep_blank_values=True))}


ALTERATIONS = [other_signature, other_token, other_url, other_port, other_fields, other_body, other_hash, form_for_json]


def forged(rng):
    """An honest request, altered so that what was signed is something else."""
    while True:
        request = honest(rng)
        alteration = rng.choice(ALTERATIONS)
        altered = dataclasses.replace(request, kind=alteration.__name__, honest=False, **alteration(rng, request))
        if altered.raw is not None:
            raw = encoded(rng, altered.payload) if isinstance(altered.payload, Fields) else None
            altered = dataclasses.replace(altered, raw=raw)
        if isinstance(altered.payload, str) and not re.search("[?&]bodySHA256=", altered.url):
            altered = dataclasses.replace(altered, kind="no body hash")
        if not still_signed(altered):
            return altered


def still_signed(request):
    """Whether the signature happens to hold all the same: with the port or without, by the rules above."""
    scheme, behind = request.url.split("://", 1)
    at = min((behind.index(mark) for mark in "/?" if mark in behind), default=len(behind))
    host, _, port = behind[:at].partition(":")
    urls = {join(scheme, host, kept, behind[at:]) for kept in (port, "", port or ("443" if scheme == "https" else "80"))}
    if request.signature not in {sign(url, request.payload, request.token) for url in urls}:
        return False
    return not isinstance(request.payload, str) or hashed("?", sha256(request.payload))[2:] in behind.split("&")[-1]


def random_request(rng):
    return rng.choices([honest, forged, excepted], [9, 9, 2])[0](rng)
