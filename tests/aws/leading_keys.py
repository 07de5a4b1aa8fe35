"""Which partitions of the table a function may touch, as template.yaml says it: ministack checks the actions of a role and
not the condition on leading keys. So each request to DynamoDB is checked here.
"""

import fnmatch
import hashlib

import relay

CONDITION = ("ForAllValues:StringLike", "dynamodb:LeadingKeys")


class LeadingKeys:
    def __init__(self):
        self._may = {}  # access key -> (function, its statements about the table: actions, partitions)
        self._early = []  # requests of functions that run before their deployment is known
        self.denied = set()
        self.checked = 0

    def deployed(self, deployment):
        """From now on this deployment's functions are known, by the access keys that ministack gives their roles."""
        for logical in deployment.functions():
            policies = deployment.cloud.template["Resources"][f"{logical}Role"]["Properties"]["Policies"]
            self._may[access_key(deployment, logical)] = logical, list(statements(policies))

    def see(self, request):
        if request.target.startswith("DynamoDB_"):
            self._check(request) if request.key in self._may else self._early.append(request)

    def _check(self, request):
        self.checked += 1
        function, may = self._may[request.key]
        for action, partitions in touched(request):
            allowed = any(action in actions and all(any(fnmatch.fnmatchcase(partition, one) for one in allowed)
                                                    for partition in partitions) for actions, allowed in may)
            if not allowed:
                # A partition's name has SIDs and addresses behind its kind.
                kinds = sorted({partition.partition("#")[0] for partition in partitions})
                self.denied.add(f"{function} may not {action} in {', '.join(kinds)}")

    def hold(self):
        """Fails if a function did what its role does not allow."""
        early, self._early = self._early, []
        assert {request.key for request in early} <= self._may.keys(), "ministack gives roles other access keys than it did"
        for request in early:
            self._check(request)
        assert not self.denied, "; ".join(sorted(self.denied))


def access_key(deployment, logical):
    """The access key that ministack gives a function for its role."""
    config = deployment.cloud.client("lambda").get_function(FunctionName=deployment.ids[logical])["Configuration"]
    return "ASIA" + hashlib.sha256(f"{config['FunctionArn']}:{config['Role']}".encode()).hexdigest()[:16].upper()


def statements(policies):
    for policy in policies:
        for statement in policy.get("PolicyDocument", {}).get("Statement", []):
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            actions = {action.removeprefix("dynamodb:") for action in actions if action.startswith("dynamodb:")}
            if actions:
                operator, name = CONDITION
                yield actions, statement["Condition"][operator][name]


def touched(request):
    """The actions of a request, as IAM names them, each with its partitions. Those of a transaction are the ones of its
    items."""
    body, operation = relay.body(request), request.target.partition(".")[2]
    match operation:
        case "GetItem":
            yield operation, {body["Key"]["pk"]["S"]}
        case "Query":
            yield operation, {body["ExpressionAttributeValues"][":pk"]["S"]}
        case "BatchGetItem":
            yield operation, {key["pk"]["S"] for table in body["RequestItems"].values() for key in table["Keys"]}
        case "TransactWriteItems":
            items = [(f"{kind}Item", item["Key"]["pk"]["S"]) for one in body["TransactItems"] for kind, item in one.items()]
            for action in {action for action, _ in items}:
                yield action, {partition for of, partition in items if of == action}
        case _:
            yield operation, {"an operation that is not known here"}
