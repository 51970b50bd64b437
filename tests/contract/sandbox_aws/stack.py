"""A small app in the shapes ours deploys: Scheduler → Lambda → SQS → Lambda, and what stands around them."""

import json
import sys
from pathlib import Path
from typing import Any

from tests.contract.sandbox_aws.archives import sdk_layer

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
BUCKET = "assets-${AWS::AccountId}-${AWS::Region}"

PLAN = """
import json, logging, os
import boto3

logging.getLogger().setLevel(logging.INFO)

def handle(event, context):
    logging.info("planned %s", event["slot"])
    body = json.dumps({"slot": event["slot"]})
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=body, MessageGroupId="myeks")
"""
TAKE = """
import json, os
import boto3

def handle(event, context):
    failed = []
    for record in event["Records"]:
        slot = json.loads(record["body"])["slot"]
        tags = [{"Key": "snapkeep:managed", "Value": "true"}, {"Key": "snapkeep:slot", "Value": slot}]
        specification = {"ResourceType": "snapshot", "Tags": tags}
        try:
            ec2 = boto3.client("ec2")
            ec2.create_snapshot(VolumeId=os.environ["VOLUME"], TagSpecifications=[specification])
        except Exception as error:
            print("refused:", error)
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""


def write_assembly(folder: Path, volume: str, *, cron: str = "0 2 * * ? *", runtime: str = RUNTIME) -> Path:
    """Write a cdk.out as CDK writes it, with one stack `little`, and return its folder."""
    (folder / "plan").mkdir(parents=True, exist_ok=True)
    (folder / "take").mkdir(exist_ok=True)
    (folder / "plan" / "index.py").write_text(PLAN)
    (folder / "take" / "index.py").write_text(TAKE)
    (folder / "layer.zip").write_bytes(sdk_layer())
    properties = {
        "templateFile": "little.template.json",
        "stackName": "little",
        "tags": {"project": "snapkeep"},
    }
    manifest = {"artifacts": {"little": {"type": "aws:cloudformation:stack", "properties": properties}}}
    files = {name: asset(name, "zip") for name in ("plan", "take")} | {"layer": asset("layer.zip", "file")}
    documents = {
        "manifest.json": manifest,
        "little.assets.json": {"files": files},
        "little.template.json": {"Resources": resources(volume, cron, runtime), "Outputs": OUTPUTS},
    }
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document))
    return folder


def asset(path: str, packaging: str) -> dict[str, Any]:
    """Return the entry of a file in assets.json."""
    destination = {"bucketName": BUCKET, "objectKey": path}
    return {"source": {"path": path, "packaging": packaging}, "destinations": {"current": destination}}


def role(service: str, *statements: dict[str, Any]) -> dict[str, Any]:
    """Return an IAM role of a service with an inline policy."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    properties: dict[str, Any] = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [
            {"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)}}
        ],
    }
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def allow(action: str | list[str], resource: Any, condition: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return an Allow statement."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


def arn(logical_id: str) -> dict[str, Any]:
    """Return Fn::GetAtt of a resource's Arn."""
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def ref(logical_id: str) -> dict[str, str]:
    """Return Ref of a resource."""
    return {"Ref": logical_id}


def function(name: str, runtime: str, variables: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a Lambda function `little-NAME`."""
    properties = {
        "FunctionName": f"little-{name}",
        "Runtime": runtime,
        "Architectures": ["arm64"],
        "Handler": "index.handle",
        "Code": {"S3Bucket": {"Fn::Sub": BUCKET}, "S3Key": name},
        "Layers": [ref("Sdk")],
        "Role": arn(f"{name.title()}Role"),
        "Timeout": 30,
        "MemorySize": 256,
        "Environment": {"Variables": variables},
        "DeadLetterConfig": {"TargetArn": arn("Failures")},
        **more,
    }
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


def rule(detail_type: str, target: dict[str, Any]) -> dict[str, Any]:
    """Return a rule of the default bus for an event of EC2."""
    pattern = {"source": ["aws.ec2"], "detail-type": [detail_type]}
    return {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": pattern, "Targets": [target]}}


def policy_for_events(kind: str, member: str, logical_id: str, action: str) -> dict[str, Any]:
    """Return the resource policy that lets EventBridge and SNS deliver to a queue or a topic."""
    where = arn(logical_id) if kind == "SQS" else ref(logical_id)
    services = ["events.amazonaws.com", "sns.amazonaws.com"]
    statement = {**allow(action, where), "Principal": {"Service": services}}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    suffix = "QueuePolicy" if kind == "SQS" else "TopicPolicy"
    return {
        "Type": f"AWS::{kind}::{suffix}",
        "Properties": {"PolicyDocument": document, member: [ref(logical_id)]},
    }


def of(kind: str, **properties: Any) -> dict[str, Any]:
    """Return a resource of a type with these properties."""
    return {"Type": f"AWS::{kind}", "Properties": properties}


def resources(volume: str, cron: str, runtime: str) -> dict[str, Any]:
    """Return the resources of the stack; the schedule runs by `cron` in Seoul."""
    return {**queues(), **functions(volume, runtime), **triggers(cron), **watching(), "Journal": journal()}


def queues() -> dict[str, Any]:
    """Return queues and a topic, with who may write to them."""
    return {
        "Failures": of("SQS::Queue"),
        "Jobs": of("SQS::Queue", VisibilityTimeout=30, RedrivePolicy=redrive()),
        "Events": of("SQS::Queue", QueueName="little-events"),
        "EventsPolicy": policy_for_events("SQS", "Queues", "Events", "sqs:SendMessage"),
        "Topic": of("SNS::Topic", TopicName="little-failures"),
        "TopicPolicy": policy_for_events("SNS", "Topics", "Topic", "sns:Publish"),
        "Subscription": of(
            "SNS::Subscription", TopicArn=ref("Topic"), Protocol="sqs", Endpoint=arn("Events")
        ),
    }


def functions(volume: str, runtime: str) -> dict[str, Any]:
    """Return both functions with their layer and roles."""
    snapshots = {"Fn::Sub": "arn:aws:ec2:${AWS::Region}::snapshot/*"}
    volumes = {"Fn::Sub": "arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:volume/*"}
    managed = {"StringEquals": {"aws:RequestTag/snapkeep:managed": "true"}}
    create = {"StringEquals": {"ec2:CreateAction": "CreateSnapshot"}}
    protected = {"StringEquals": {"aws:ResourceTag/backup": "yes"}}
    return {
        "Sdk": of("Lambda::LayerVersion", Content={"S3Bucket": {"Fn::Sub": BUCKET}, "S3Key": "layer.zip"}),
        "PlanRole": role("lambda.amazonaws.com", allow("sqs:SendMessage", arn("Jobs"))),
        "TakeRole": role(
            "lambda.amazonaws.com",
            allow("ec2:CreateSnapshot", volumes, protected),
            allow("ec2:CreateSnapshot", snapshots, managed),
            allow("ec2:CreateTags", snapshots, create),
        ),
        "StartRole": role("scheduler.amazonaws.com", allow("lambda:InvokeFunction", arn("Plan"))),
        "Plan": function("plan", runtime, {"QUEUE": ref("Jobs")}, ReservedConcurrentExecutions=3),
        "Take": function("take", runtime, {"VOLUME": volume}),
    }


def triggers(cron: str) -> dict[str, Any]:
    """Return what starts the functions, and what EC2's events reach."""
    return {
        "TakeJobs": of(
            "Lambda::EventSourceMapping",
            EventSourceArn=arn("Jobs"),
            FunctionName=ref("Take"),
            BatchSize=5,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            ScalingConfig={"MaximumConcurrency": 2},
        ),
        "Group": of("Scheduler::ScheduleGroup", Name="little"),
        "Nightly": of(
            "Scheduler::Schedule",
            Name="nightly",
            GroupName=ref("Group"),
            ScheduleExpression=f"cron({cron})",
            ScheduleExpressionTimezone="Asia/Seoul",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={
                "Arn": arn("Plan"),
                "RoleArn": arn("StartRole"),
                "Input": json.dumps({"slot": "<aws.scheduler.scheduled-time>"}),
                "DeadLetterConfig": {"Arn": arn("Failures")},
                "RetryPolicy": {"MaximumEventAgeInSeconds": 900},
            },
        ),
        "Completed": rule("EBS Snapshot Notification", {"Id": "queue", "Arn": arn("Events")}),
        "Warned": rule("EC2 Spot Instance Interruption Warning", {"Id": "topic", "Arn": ref("Topic")}),
    }


def watching() -> dict[str, Any]:
    """Return alarms, a log, and an entry in a cluster."""
    return {
        "Alarm": of(
            "CloudWatch::Alarm",
            Namespace="AWS/SQS",
            MetricName="ApproximateNumberOfMessagesVisible",
            Dimensions=[{"Name": "QueueName", "Value": {"Fn::GetAtt": ["Failures", "QueueName"]}}],
            Statistic="Maximum",
            Period=300,
            EvaluationPeriods=1,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
            AlarmActions=[ref("Topic")],
        ),
        "MathAlarm": of(
            "CloudWatch::Alarm",
            AlarmName="little-share-of-failures",
            Metrics=[metric("failed"), metric("all"), {"Id": "share", "Expression": "failed / all"}],
            EvaluationPeriods=1,
            Threshold=0.5,
            ComparisonOperator="GreaterThanThreshold",
        ),
        "PlanLog": of("Logs::LogGroup", LogGroupName="/aws/lambda/little-plan", RetentionInDays=90),
        "Access": of(
            "EKS::AccessEntry",
            ClusterName="myeks",
            PrincipalArn=arn("PlanRole"),
            KubernetesGroups=["snapkeep:plan"],
            Type="STANDARD",
        ),
    }


def metric(name: str) -> dict[str, Any]:
    """Return one metric of an alarm over metric math."""
    stat = {"Metric": {"Namespace": "Snapkeep", "MetricName": name}, "Period": 300, "Stat": "Sum"}
    return {"Id": name, "MetricStat": stat, "ReturnData": False}


def redrive() -> dict[str, Any]:
    """Return a redrive policy to the queue of failures."""
    return {"deadLetterTargetArn": arn("Failures"), "maxReceiveCount": 5}


def journal() -> dict[str, Any]:
    """Return a table with an index, expiry, point-in-time recovery and deletion protection."""
    names = ("pk", "sk", "gsi")
    return of(
        "DynamoDB::Table",
        TableName="little-journal",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-gsi",
                "KeySchema": [{"AttributeName": "gsi", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        TimeToLiveSpecification={"AttributeName": "expires", "Enabled": True},
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        DeletionProtectionEnabled=True,
    )


OUTPUTS = {"Events": {"Value": ref("Events")}, "Failures": {"Value": ref("Failures")}}
