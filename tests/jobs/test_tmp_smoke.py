from tests.webhook_requests import *
from tests.calling import Client
import time
def test_a(project, receiver, jobs, server):
    c = create(project, receiver.url())
    t=time.monotonic()
    role = make_role(project, "x")
    t1=time.monotonic()
    got = receiver.wait_for(2)
    print("latency", [g.time-t1 for g in got])
    for g in got: print(g.verify(c.secret), g.headers, g.body)
    time.sleep(0.3)
    print(deliveries(project))
    for i in range(200): change_role(project, role, str(i))
    t=time.monotonic()
    receiver.wait_for(202); print(time.monotonic()-t)
    for i in range(200): make_role(project, "r"+str(i))
    t=time.monotonic()
    receiver.wait_for(402); print(time.monotonic()-t)
    assert 0
def test_b(project, receiver, work):
    c = create(project, receiver.url())
    role = make_role(project, "x")
    for i in range(200): change_role(project, role, str(i))
    for i in range(500): make_role(project, "r"+str(i))
    t=time.monotonic(); u=time.process_time()
    work.deliver(c.webhook.webhook_id)
    print(time.monotonic()-t, time.process_time()-u, len(receiver.received))
    print(set(states(project)))
    print(deliveries(project)[-1])
    assert 0
