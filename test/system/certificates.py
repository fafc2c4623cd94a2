"""Authorities and certificates for servers that speak TLS, made with the
openssl command into a directory of the test's own.

    authority = Authority(directory)
    right = authority.issue("right", dns=["redis.internal"])
    redis = start_redis(tls_settings(authority, right))
    ... tls_addr(redis), authority.file, right.certificate, right.key

A Redis of these settings listens on a plain port too, for the test's own
questions.
"""
import os
import subprocess
import time

from servers import free_port

NEW_KEYS = {"p256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
            "rsa2048": ["-newkey", "rsa:2048"]}
# `openssl ca`, because the other ways to sign know no end before today on
# every OpenSSL (3.0 has no -not_after, 3.5 refuses -days -1).
SIGNING = """\
[ca]
default_ca = tests
[tests]
database = {index}
new_certs_dir = {directory}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
commonName = supplied
"""
DAY_SECONDS = 24 * 3600


def openssl(*arguments):
    run = subprocess.run(["openssl", *map(str, arguments)], text=True,
                         capture_output=True, stdin=subprocess.DEVNULL)
    assert run.returncode == 0, run.stderr


def moment(days):
    """So many days from now, as openssl writes it."""
    return time.strftime("%Y%m%d%H%M%SZ",
                         time.gmtime(time.time() + days * DAY_SECONDS))


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


class Certificate:
    """Two files: `certificate` and, for its owner's eyes only, `key`."""

    def __init__(self, directory, name):
        self.certificate = os.path.join(directory, f"{name}.pem")
        self.key = os.path.join(directory, f"{name}.key")

    def replace_with(self, other):
        """As a renewal does it: new files under the old names."""
        os.replace(other.key, self.key)
        os.replace(other.certificate, self.certificate)


class Authority(Certificate):
    """Signs; its `file` is what a client is to believe."""

    def __init__(self, directory, name="ca"):
        super().__init__(directory, name)
        self.directory = directory
        openssl("req", "-x509", *NEW_KEYS["p256"], "-nodes", "-days", 2,
                "-subj", f"/CN={name} of the tests",
                "-keyout", self.key, "-out", self.certificate)
        index = os.path.join(directory, f"{name}.index")
        self.signing = os.path.join(directory, f"{name}.cnf")
        write(index, "")
        write(self.signing, SIGNING.format(index=index, directory=directory))

    @property
    def file(self):
        return self.certificate

    def issue(self, name, dns=("redis.internal",), addresses=("127.0.0.1",),
              days=2, kind="p256", usage="serverAuth,clientAuth"):
        """A certificate for these names; of negative `days` an expired one."""
        made = Certificate(self.directory, name)
        request = os.path.join(self.directory, f"{name}.csr")
        extensions = os.path.join(self.directory, f"{name}.ext")
        names = [f"DNS:{host}" for host in dns] + \
            [f"IP:{address}" for address in addresses]
        write(extensions, f"extendedKeyUsage={usage}\n" +
              (f"subjectAltName={','.join(names)}\n" if names else ""))
        openssl("req", "-new", *NEW_KEYS[kind], "-nodes", "-subj",
                f"/CN={name}", "-keyout", made.key, "-out", request)
        openssl("ca", "-batch", "-notext", "-config", self.signing,
                "-in", request, "-cert", self.certificate,
                "-keyfile", self.key, "-extfile", extensions,
                "-startdate", moment(min(0, days) - 1),
                "-enddate", moment(days), "-out", made.certificate)
        os.chmod(made.key, 0o600)
        return made


def tls_settings(authority, certificate, clients="no", **more):
    """For Redis(): a TLS port beside the plain one. `clients`: "yes" demands
    certificates of them, "optional" asks. `more` as protocols="TLSv1.3"."""
    settings = {"tls-port": free_port(),
                "tls-cert-file": certificate.certificate,
                "tls-key-file": certificate.key,
                "tls-ca-cert-file": authority.file,
                "tls-auth-clients": clients}
    settings.update({f"tls-{key}": f'"{value}"'
                     for key, value in more.items()})
    return settings


def tls_addr(redis):
    """Where it speaks TLS."""
    return f"{redis.host}:{redis.settings['tls-port']}"
