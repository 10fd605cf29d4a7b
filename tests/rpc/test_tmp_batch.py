import time, uuid
from google.protobuf.struct_pb2 import Value
from roster.v1 import user_batch_pb2 as b, batch_pb2, user_pb2, user_service_pb2_grpc, user_service_pb2 as rpc, role_pb2, role_service_pb2 as rrpc, custom_attribute_pb2, custom_attribute_service_pb2 as arpc
from tests.conftest import sql
def test_batch(client, server):
    stub = user_service_pb2_grpc.UserServiceStub(client.channel)
    client.roles.CreateRole(rrpc.CreateRoleRequest(role=role_pb2.Role(name="Editor", permissions=["a:b"])))
    client.roles.CreateRole(rrpc.CreateRoleRequest(role=role_pb2.Role(name="Base", permissions=["c:d"], default=True)))
    client.attributes.CreateCustomAttribute(arpc.CreateCustomAttributeRequest(custom_attribute=custom_attribute_pb2.CustomAttribute(name="level", type=2)))
    def item(**kw): return b.CreateUsersItem(user=user_pb2.User(**kw))
    m1 = b.BatchCreateUsersRequest(options=batch_pb2.BatchOptions(), request_id=str(uuid.uuid4()), items=[
        item(email="a@x.org", login_ids=["aa"], roles=[user_pb2.RoleGrant(name="editor")], custom_attributes={"level": Value(number_value=3)}),
        item(email="bad"), item(), item(email="A@x.org"), item(email="c@x.org", roles=[user_pb2.RoleGrant(name="nope")]), item(login_ids=["aa"]), item(email="d@x.org")])
    m2 = b.BatchCreateUsersRequest(items=[item(email="a@x.org"), item(email="e@x.org", login_ids=["AA"]), item(email="f@x.org")])
    for r in stub.BatchCreateUsers(iter([m1, m2]), metadata=client.metadata, timeout=20): print(r)
    del m2.items[:]
    m2.options.on_conflict = 3
    m2.items.append(item(email="a@x.org", given_name="Updated")); m2.items.append(item(email="g@x.org"))
    for r in stub.BatchCreateUsers(iter([m2]), metadata=client.metadata, timeout=20): print(r)
    for r in stub.BatchCreateUsers(iter([m1]), metadata=client.metadata, timeout=20): print("REPLAY", r)
    for row in sql(server.url, "select type,data from events where starts_with(type,'user.') order by serial"): print(row)
    print(client.users.GetUser(rpc.GetUserRequest(by=user_pb2.UserRef(email="a@x.org"))))
    d = b.BatchDeleteUsersRequest(items=[b.DeleteUsersItem(by=user_pb2.UserRef(email="a@x.org")), b.DeleteUsersItem(by=user_pb2.UserRef(email="zz@x.org")), b.DeleteUsersItem()])
    for r in stub.BatchDeleteUsers(iter([d]), metadata=client.metadata, timeout=20): print(r)
    N=20
    ms=[b.BatchCreateUsersRequest(request_id=str(uuid.uuid4()), items=[item(email=f"u{k}_{i}@x.org", given_name="Ada", family_name="Lovelace", display_name="Ada Lovelace", roles=[user_pb2.RoleGrant(name="editor")], custom_attributes={"level": Value(number_value=3)}) for i in range(500)]) for k in range(N)]
    t=time.time(); n=sum(len(r.results) for r in stub.BatchCreateUsers(iter(ms), metadata=client.metadata, timeout=100)); print("RATE", n/(time.time()-t), n)
    import cProfile
