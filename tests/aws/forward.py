"""A burst of signed events in, as many lines out: each once, in order per channel."""

import time

import twilio
from stack import wait, wait_while_moving


def show(cloud, slack, count):
    # In two pieces, as a configuration of more than 8 KB has to be.
    half = twilio.CONFIG.index("[channels.managers]")
    deployment = cloud.deploy("forward", {"PublicBaseUrl": "https://ringdown.example.com"},
                         [twilio.CONFIG[:half], twilio.CONFIG[half:]])
    deployment.put("twilio/auth-token", twilio.TOKEN)
    for channel in twilio.TYPES:
        deployment.put(f"slack/channels/{channel}", slack.url("forward", channel))

    refused_without_signature(deployment)
    sink = twilio.Sink(deployment)
    began = time.monotonic()
    sending = sink.burst(count)
    wait_while_moving("lines in Slack", 90, lambda: slack.count("forward"), count)
    arrived = time.monotonic() - began
    for channel in twilio.TYPES:
        sink.send([twilio.event(channel, number) for number in range(20)])
    wait("the queue is empty", 60, lambda: deployment.queued("SlackQueueUrl") == 0)
    time.sleep(2)

    for channel in twilio.TYPES:
        seen, expected = slack.lines["forward", channel], twilio.lines(channel, count // len(twilio.TYPES))
        assert seen == expected, f"{channel}: {difference(seen, expected)}"
    assert deployment.queued("SlackDeadLetterQueueUrl") == 0
    assert deployment.records("dead-letters") == []
    posts = sum(number for (backend, _), number in slack.posts.items() if backend == "forward")
    print(f"   {count} signed events in {sending:.0f} s ({sink.again} sent again after 429 or 5xx), all lines in Slack after"
          f" {arrived:.0f} s: {slack.count('forward')} lines, each once and in order, in {posts} posts"
          f" ({slack.refused['forward', 429]} more were answered 429);"
          f" {20 * len(twilio.TYPES)} events brought a second time added none", flush=True)


def refused_without_signature(deployment):
    status, _, _ = deployment.request("POST", "/twilio/events", {"content-type": "application/json"}, b"[]")
    assert status == 403, f"{status} to an event without a signature"


def difference(seen, expected):
    lost, more = set(expected) - set(seen), len(seen) - len(set(seen))
    return f"{len(seen)} lines for {len(expected)}, {len(lost)} lost, {more} doubled, first {seen[:3]}, last {seen[-3:]}"
