"""A small template with the shapes our app deploys: Scheduler → Lambda → SQS → Lambda, and what is around them."""

import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"

PLAN = """
import boto3, json, logging, os, helper
logging.getLogger().setLevel(logging.INFO)
def handle(event, context):
    logging.info("planned %s", event["slot"])
    print(json.dumps({"greeting": helper.greeting}))
    sqs = boto3.client("sqs")
    for number in range(event.get("jobs", 1)):
        body = json.dumps({"slot": event["slot"], "number": number})
        sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=body, MessageGroupId="myeks")
"""
TAKE = """
import boto3, json, os
def handle(event, context):
    failed = []
    for record in event["Records"]:
        job = json.loads(record["body"])
        tags = [{"Key": "snapkeep:managed", "Value": "true"}, {"Key": "snapkeep:slot", "Value": job["slot"]}]
        spec = [{"ResourceType": "snapshot", "Tags": tags}]
        try:
            boto3.client("ec2").create_snapshot(VolumeId=os.environ["VOLUME"], TagSpecifications=spec)
        except Exception as error:
            print("refused:", error)
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""


def zipped(**files: str) -> bytes:
    """Return a zip of these files; `__` in a name stands for `/`."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/") + ".py", text)
    return content.getvalue()


def role(service: str, *statements: dict[str, Any]) -> dict[str, Any]:
    """Return an IAM role for a service with an inline policy."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [{"PolicyName": "p", "PolicyDocument": policy}],
        },
    }


def allow(action: Any, resource: Any, **conditions: Any) -> dict[str, Any]:
    """Return an Allow statement."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**statement, "Condition": conditions} if conditions else statement


def arn(logical_id: str) -> dict[str, Any]:
    """Return Fn::GetAtt of a resource's Arn."""
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def function(key: str, role_id: str, variables: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a Lambda function whose zip was published under `key`."""
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": RUNTIME,
            "Architectures": ["arm64"],
            "Handler": "index.handle",
            "Code": {"S3Bucket": {"Fn::Sub": "assets-${AWS::Region}"}, "S3Key": key},
            "Role": arn(role_id),
            "Timeout": 30,
            "MemorySize": 256,
            "Environment": {"Variables": variables},
            **more,
        },
    }
