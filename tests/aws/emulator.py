"""AWS's runtime interface emulator."""

import json
import shutil
import socket
import urllib.request

import samcli

from stack import Process, free_port, wait


class Emulator:
    """AWS's runtime interface emulator around one function. It takes one call at a time; a second would crash it."""

    def __init__(self, cloud, folder, environment):
        rie = cloud.work / "rie"
        if not rie.exists():
            shutil.copy(samcli.__path__[0] + "/local/rapid/aws-lambda-rie-x86_64", rie)
            rie.chmod(0o755)
        port, api = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
        env = environment | {name: cloud.env[name] for name in
                             ("PATH", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")}
        env |= {"AWS_REGION": env["AWS_DEFAULT_REGION"], "AWS_LAMBDA_FUNCTION_NAME": folder,
                "AWS_LAMBDA_FUNCTION_TIMEOUT": "30", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128"}
        command = [rie, "--log-level", "error", "--runtime-interface-emulator-address", f"127.0.0.1:{port}",
                   "--runtime-api-address", f"127.0.0.1:{api}", cloud.binary(folder)]
        self._process = Process(command, env, cloud.work / f"{folder}.log")
        self._port = port

    def __enter__(self):
        try:
            wait("the emulator answers", 20, self._answers)
        except BaseException:
            self._process.stop()
            raise
        return self

    def __exit__(self, *_):
        self._process.stop()

    def _answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def invoke(self, event):
        with urllib.request.urlopen(self.url, json.dumps(event).encode(), timeout=40) as answer:
            return json.loads(answer.read())
