"""Keys and tokens of an identity provider, signed by the openssl program: what it should send, and what
attackers would. Run as a program it writes the unit tests' cases: jwt.py > tests/data/access/jwt.json"""

import base64
import hashlib
import hmac
import json
import pathlib
import re
import subprocess
import tempfile


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(text):
    return base64url(bytes.fromhex(text if len(text) % 2 == 0 else "0" + text))


class Key:
    """A private key in a file of its own, and its public half as a JWK."""

    def __init__(self, folder, kid, algorithm="RS256", bits=2048):
        self.file = pathlib.Path(folder) / f"{kid}.pem"
        self.kid = kid
        self.algorithm = algorithm
        kind = ["RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}"] if algorithm == "RS256" else ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
        self.openssl("genpkey", "-algorithm", *kind, "-out", str(self.file))
        self.jwk = {"kid": kid, "use": "sig", "alg": algorithm, **(self.rsa() if algorithm == "RS256" else self.ec())}

    @staticmethod
    def openssl(*arguments, **options):
        return subprocess.run(["openssl", *arguments], check=True, capture_output=True, **options).stdout

    def rsa(self):
        modulus = self.openssl("rsa", "-in", str(self.file), "-noout", "-modulus").decode().strip().split("=")[1]
        return {"kty": "RSA", "n": number(modulus), "e": "AQAB"}

    def ec(self):
        text = self.openssl("ec", "-in", str(self.file), "-noout", "-text").decode()
        point = re.sub(r"[\s:]", "", re.search(r"pub:\s*([0-9a-f:\s]+)", text).group(1))
        return {"kty": "EC", "crv": "P-256", "x": number(point[2:66]), "y": number(point[66:130])}

    def sign(self, data):
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            signature = self.openssl("dgst", "-sha256", "-sign", str(self.file), file.name)
        return signature if self.algorithm == "RS256" else raw_signature(signature)

    def public_pem(self):
        return self.openssl("pkey", "-in", str(self.file), "-pubout")


def raw_signature(der):
    """r and s of an ECDSA signature, 32 bytes each, as tokens carry them (RFC 7518, section 3.4)."""
    at, parts = 2, []
    for _ in range(2):
        size = der[at + 1]
        parts.append(der[at + 2:at + 2 + size].lstrip(b"\0").rjust(32, b"\0"))
        at += 2 + size
    return b"".join(parts)


def token(claims, key, head=None):
    head = {"alg": key.algorithm, "kid": key.kid, "typ": "JWT", **(head or {})}
    head = {name: value for name, value in head.items() if value is not None}
    signed = f"{base64url(json.dumps(head).encode())}.{base64url(json.dumps(claims).encode())}"
    return f"{signed}.{base64url(key.sign(signed.encode()))}"


def unsigned(claims, algorithm="none"):
    return f"{base64url(json.dumps({'alg': algorithm}).encode())}.{base64url(json.dumps(claims).encode())}."


def signed_by_mac(claims, secret, kid):
    """HS256 with what is public as the secret: the algorithm swapped."""
    head = {"alg": "HS256", "kid": kid}
    signed = f"{base64url(json.dumps(head).encode())}.{base64url(json.dumps(claims).encode())}"
    return f"{signed}.{base64url(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def forgeries(claims, key, stranger):
    """(what, token), none of which a key set that has `key` but not `stranger` makes valid."""
    good = token(claims, key)
    head, body, signature = good.split(".")
    other_body = base64url(json.dumps({**claims, "sub": "admin"}).encode())
    yield "no signature", unsigned(claims)
    yield "no signature, in capitals", unsigned(claims, "NONE")
    yield "the signature cut off", f"{head}.{body}."
    yield "two parts", f"{head}.{body}"
    yield "five parts", f"{good}.a.b"
    yield "other claims under the same signature", f"{head}.{other_body}.{signature}"
    yield "a stranger's key under our key's name", token(claims, stranger, {"kid": key.kid})
    yield "a stranger's key in the head", token(claims, stranger, {"kid": key.kid, "jwk": stranger.jwk})
    yield "a stranger's key set in the head", token(claims, stranger, {"kid": key.kid, "jku": "https://evil.example/keys"})
    yield "a critical extension", token(claims, key, {"crit": ["b64"], "b64": False})
    yield "a MAC under the public key", signed_by_mac(claims, key.public_pem(), key.kid)
    yield "a MAC under the key's own text", signed_by_mac(claims, json.dumps(key.jwk).encode(), key.kid)
    yield "a path as the key's name", token(claims, stranger, {"kid": "../../../../dev/null"})
    yield "an unknown key's name", token(claims, key, {"kid": "nobody's"})
    yield "another algorithm's name", token(claims, key, {"alg": "RS512"})
    yield "a flipped bit", good[:-6] + ("A" if good[-6] != "A" else "B") + good[-5:]
    yield "nothing", ""
    yield "noise", "a.b.c"


def main():
    claims = {"iss": "https://login.example", "sub": "42"}
    with tempfile.TemporaryDirectory() as folder:
        key, curve = Key(folder, "k1"), Key(folder, "k2", "ES256")
        stranger, short = Key(folder, "k3"), Key(folder, "k4", bits=1024)
        cases = [["an RSA key", token(claims, key), True], ["a P-256 key", token(claims, curve), True],
                 ["no key's name", token(claims, key, {"kid": None}), True],
                 ["too short a key", token(claims, short), False],
                 *([what, made, False] for what, made in forgeries(claims, key, stranger))]
        print(json.dumps({"keys": {"keys": [key.jwk, curve.jwk, short.jwk]}, "cases": cases}, indent=1))


if __name__ == "__main__":
    main()
