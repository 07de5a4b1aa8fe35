"""An AWS on this machine (ministack), and deployments that `sam deploy` puts there."""

import base64
import collections
import contextlib
import functools
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

import boto3
from samcli.yamlhelper import yaml_parse

from leading_keys import LeadingKeys
from relay import Relay

REGION = "us-east-1"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait(what, seconds, until, every=0.2):
    """Asks until the answer is true, and returns it."""
    end = time.monotonic() + seconds
    while not (answer := until()):
        assert time.monotonic() < end, f"waited {seconds} s in vain: {what}"
        time.sleep(every)
    return answer


def wait_while_moving(what, seconds, count, enough):
    """Waits until `count()` is `enough`, as long as it goes up at least once in so many seconds."""
    last, since = None, time.monotonic()
    while (now := count()) < enough:
        if now != last:
            last, since = now, time.monotonic()
        assert time.monotonic() - since < seconds, f"{what}: {now} of {enough}, and for {seconds} s nothing more"
        time.sleep(0.5)


class Process:
    """A process of ours with all that it starts: it is ended by its id, and its output goes to a file."""

    def __init__(self, command, env, log):
        self._log = open(log, "ab")
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=self._log,
                                        stderr=subprocess.STDOUT, process_group=0)

    def stop(self):
        for sent in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, sent)
                self.process.wait(10)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
        self._log.close()


class Cloud:
    """ministack while it runs. It checks requests against the functions' own roles; what it does not check of them,
    `leading_keys` does. The functions reach it through `relay`."""

    def __init__(self, root, work, tools, functions):
        self.root, self.work, self.tools, self.functions = root, work, tools, functions.resolve()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.relay, self.leading_keys = Relay(self.port), LeadingKeys()
        self.relay.seen = self.leading_keys.see
        self.template = yaml_parse((root / "template.yaml").read_text())
        self.temporary = (work / "tmp").resolve()
        self.beside = contextlib.ExitStack()  # what shows share and nobody else ends
        self._one_at_a_time = threading.Lock()
        home = work / "home"
        home.mkdir()
        self.env = {
            "PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(home), "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true", "SAM_CLI_TELEMETRY": "0",
        }

    def __enter__(self):
        self.temporary.mkdir()
        env = self.env | {
            "GATEWAY_PORT": str(self.port), "BIND_HOST": "127.0.0.1", "AUTH": "true", "TMPDIR": str(self.temporary),
            "SFTP_ENABLED": "0", "IOT_MTLS_ENABLED": "0",  # both would take a port of this machine
            "AWS_ENDPOINT_URL": self.relay.url,  # what the functions are given
        }
        self.relay.__enter__()
        self._ministack = Process([self.tools / "ministack"], env, self.work / "ministack.log")
        try:
            wait("ministack answers", 60, self._answers)
        except BaseException:
            self._ministack.stop()
            raise
        return self

    def __exit__(self, *_):
        self._ministack.stop()
        self.relay.__exit__()
        self.beside.close()

    @property
    def pid(self):
        """ministack's process, the parent of all functions."""
        return self._ministack.process.pid

    def _answers(self):
        assert self._ministack.process.poll() is None, "ministack ended: see target/cloud/ministack.log"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def client(self, service):
        with self._one_at_a_time:  # boto3 makes clients in one thread only; they are used in many
            return self._client(service)

    @functools.cache
    def _client(self, service):
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, aws_access_key_id="test",
                            aws_secret_access_key="test")

    def binary(self, function):
        path = self.functions / function / "bootstrap"
        assert path.is_file(), f"{path} is not there: run `cargo lambda build --release` in functions/{function}"
        return path

    def deploy(self, stack, parameters, config):
        """A deployment: the template with our binaries, its secrets, its configuration (in pieces) and its routes."""
        self.sam_deploy(stack, parameters, self.root / "template.yaml", lambda function: self.binary(function).parent)
        deployment = Deployment(self, stack)
        self.leading_keys.deployed(deployment)
        deployment.set_up(config)
        return deployment

    def sam_deploy(self, stack, parameters, template, code):
        """Makes the stack, or updates it: this template, with the folder that `code` names for each function."""
        text = template.read_text()
        for function in re.findall(r"CodeUri: functions/(.+)/", text):
            text = text.replace(f"CodeUri: functions/{function}/", f"CodeUri: {code(function)}")
        template = self.work / f"{stack}.yaml"
        template.write_text(text)
        self.client("s3").create_bucket(Bucket=f"{stack}-artifacts")
        parameters = {"ParameterPath": f"/{stack}", "Architecture": "x86_64"} | parameters
        began = time.monotonic()
        command = [self.tools / "sam", "deploy", "--template-file", template, "--stack-name", stack, "--s3-bucket",
                   f"{stack}-artifacts", "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset",
                   "--no-progressbar", "--parameter-overrides", *(f"{k}={v}" for k, v in parameters.items())]
        with open(self.work / f"{stack}-deploy.log", "wb") as log:
            done = subprocess.run(command, env=self.env, cwd=self.work, stdin=subprocess.DEVNULL, stdout=log,
                                  stderr=subprocess.STDOUT, timeout=180)
        assert done.returncode == 0, f"sam deploy failed: see target/cloud/{stack}-deploy.log"
        print(f"   {stack} deployed in {time.monotonic() - began:.0f} s", flush=True)


class Deployment:
    """A deployed stack."""

    def __init__(self, cloud, stack):
        self.cloud, self.stack = cloud, stack
        found = cloud.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        assert found["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), found["StackStatus"]
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
        resources = cloud.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
        self.ids = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}
        self.base_url = self.outputs["TwilioSinkUrl"].removesuffix("/twilio/events")
        self.host = f"{self.ids['Api']}.execute-api.localhost:{cloud.port}"

    def set_up(self, config):
        stored = self.cloud.client("ssm").get_parameter(Name=f"/{self.stack}/public-base-url")["Parameter"]["Value"]
        assert stored == self.base_url, (stored, self.base_url)
        for number, piece in enumerate(config):
            self.put(f"config/{number}", piece, "String")
        self._routes()
        self._let_the_roles_read_parameters()

    def put(self, name, value, kind="SecureString"):
        """Stores a parameter. The real Parameter Store refuses braces in pairs ("can't nest another parameter"), so a
        configuration goes there as `ringdown config --for-ssm` prints it."""
        if "{{" in value:
            value = "base64:" + base64.b64encode(value.encode()).decode()
        self.cloud.client("ssm").put_parameter(Name=f"/{self.stack}/{name}", Value=value, Type=kind, Overwrite=True)

    def _routes(self):
        """ministack does not read the routes in the API's OpenAPI body, so they are made here, as they stand there."""
        api, client = self.ids["Api"], self.cloud.client("apigatewayv2")
        have = {route["RouteKey"] for route in client.get_routes(ApiId=api)["Items"]}
        for logical, function in self.functions().items():
            arn = self.cloud.client("lambda").get_function(FunctionName=self.ids[logical])["Configuration"]["FunctionArn"]
            events = [e["Properties"] for e in function["Properties"]["Events"].values() if e["Type"] == "HttpApi"]
            wanted = {f"{event['Method']} {event['Path']}" for event in events} - have
            if not wanted:
                continue
            integration = client.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=arn,
                                                    PayloadFormatVersion="2.0")["IntegrationId"]
            for key in wanted:
                client.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{integration}")

    def functions(self):
        resources = self.cloud.template["Resources"]
        return {name: r for name, r in resources.items() if r["Type"] == "AWS::Serverless::Function"}

    def _let_the_roles_read_parameters(self):
        """ministack judges GetParameters and GetParametersByPath as if they asked for everything (`*`), which our roles
        may not; so here, and only here, they may. All else is judged by the template's own policies.
        """
        may = {"Effect": "Allow", "Action": ["ssm:GetParameters", "ssm:GetParametersByPath"], "Resource": "*"}
        for logical in self.functions():
            self.cloud.client("iam").put_role_policy(
                RoleName=self.ids[f"{logical}Role"], PolicyName="ministack",
                PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]}))

    def request(self, method, path, headers=None, body=None):
        """One request to the API: `(status, headers, body)`. Header names come back in lower case."""
        host = self.host
        if path in ("/login", "/health"):
            # ministack keeps these paths for itself, on every host; this is its other address of the same API.
            host, path = f"127.0.0.1:{self.cloud.port}", f"/_aws/execute-api/{self.ids['Api']}{path}"
        connection = http.client.HTTPConnection("127.0.0.1", self.cloud.port, timeout=35)
        try:
            connection.request(method, path, body, {"Host": host} | (headers or {}))
            answer = connection.getresponse()
            return answer.status, [(k.lower(), v) for k, v in answer.getheaders()], answer.read()
        finally:
            connection.close()

    def counters(self):
        """What is counted, by the counters' names."""
        return sums(self.records("counters"))

    def queued(self, queue):
        """How many messages a queue of the outputs holds, in flight or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.cloud.client("sqs").get_queue_attributes(QueueUrl=self.outputs[queue], AttributeNames=names)
        return sum(int(found["Attributes"][name]) for name in names)

    def records(self, partition):
        """All records of a partition, in order."""
        pages = self.cloud.client("dynamodb").get_paginator("query").paginate(
            TableName=self.outputs["TableName"], KeyConditionExpression="pk = :pk", ConsistentRead=True,
            ExpressionAttributeValues={":pk": {"S": partition}})
        return [item for page in pages for item in page["Items"]]


def sums(rows):
    """The counters of these rows: a row has an attribute for each, and lanes of one counter add up."""
    counters = collections.Counter()
    for row in rows:
        for name, value in row.items():
            if name.startswith("n."):
                counters[name.removeprefix("n.")] += int(value["N"])
    return counters
