import time, json
from datetime import timedelta
from google.protobuf.duration_pb2 import Duration
from roster.v1 import user_action_service_pb2 as rpc, user_action_pb2 as pb, user_pb2, user_service_pb2 as urpc
from server.domain.applied_actions import end_due
from tests.conftest import sql
from tests.calling import refused
def test_smoke(client, server):
    u = client.users.CreateUser(urpc.CreateUserRequest(user=user_pb2.User(email="a@b.org", locale="de-AT"))).user
    by = user_pb2.UserRef(user_id=u.user_id)
    a = client.actions.CreateUserAction(rpc.CreateUserActionRequest(user_action=pb.UserAction(name="Suspend", temporal=True, prevent_login=True, localized_names={"de":"Sperren"}, options=[pb.UserActionOption(name="Nicely", localized_names={"de":"Schön"})]))).user_action
    print(a)
    r = client.actions.CreateUserActionReason(rpc.CreateUserActionReasonRequest(user_action_reason=pb.UserActionReason(code="SPAM", text="Spammed", localized_texts={"de":"Hat gespammt"}))).user_action_reason
    x = client.actions.ApplyUserAction(rpc.ApplyUserActionRequest(by=by, user_action_id=a.user_action_id, option="nicely", reason="spam", duration=Duration(seconds=7200), comment=" hi ")).applied_action
    print(x)
    c = client.users.CheckPermissions(urpc.CheckPermissionsRequest(by=by, permissions=["x"]))
    print(c)
    x = client.actions.ModifyAppliedAction(rpc.ModifyAppliedActionRequest(applied_action_id=x.applied_action_id, duration=Duration(seconds=3600*48), comment="more")).applied_action
    print(x)
    with refused("ALREADY_EXISTS", "ACTION_ALREADY_ACTIVE"):
        client.actions.ApplyUserAction(rpc.ApplyUserActionRequest(by=by, user_action_id=a.user_action_id, indefinite=True, if_already_active=2))
    x = client.actions.CancelAppliedAction(rpc.CancelAppliedActionRequest(applied_action_id=x.applied_action_id)).applied_action
    y = client.actions.ApplyUserAction(rpc.ApplyUserActionRequest(by=by, user_action_id=a.user_action_id, duration=Duration(nanos=1000000))).applied_action
    print(client.actions.ListAppliedActions(rpc.ListAppliedActionsRequest(by=by, include_total_size=True)))
    with refused("NOT_FOUND", "USER_NOT_FOUND"):
        client.actions.ListAppliedActions(rpc.ListAppliedActionsRequest(by=user_pb2.UserRef(email="q@b.org"), include_total_size=True))
    assert end_due(server.database, 10) == 1
    print(client.actions.ListAppliedActions(rpc.ListAppliedActionsRequest(filter=rpc.AppliedActionFilter(states=[4]))))
    print(client.actions.BlockUser(rpc.BlockUserRequest(by=by)).user.status, client.actions.UnblockUser(rpc.UnblockUserRequest(by=by)).user.status)
    client.actions.DeleteUserAction(rpc.DeleteUserActionRequest(user_action_id=a.user_action_id))
    with refused("FAILED_PRECONDITION", "USER_ACTION_INACTIVE"):
        client.actions.ApplyUserAction(rpc.ApplyUserActionRequest(by=by, user_action_id=a.user_action_id, indefinite=True))
    client.actions.ReactivateUserAction(rpc.ReactivateUserActionRequest(user_action_id=a.user_action_id))
    client.actions.DeleteUserAction(rpc.DeleteUserActionRequest(user_action_id=a.user_action_id, hard_delete=True))
    for row in sql(server.url, "select type, data from events order by serial"): print(row)
