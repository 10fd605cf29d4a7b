"""UserActionService: takes the request, calls the domain, converts the answer."""

from __future__ import annotations

from collections.abc import Iterator

from roster.v1 import user_action_batch_pb2 as batch
from roster.v1 import user_action_service_pb2 as rpc

from server import convert
from server.domain import user_action_reasons, user_actions
from server.domain.applied_action_batches import AppliedActionBatches, ToApply
from server.domain.applied_actions import AppliedActions
from server.domain.email_links import EmailLinks
from server.domain.user_action_batches import Deletion, NewUserAction, UserActionBatches
from server.domain.user_action_reasons import UserActionReasons
from server.domain.user_actions import UserActions
from server.domain.user_statuses import UserStatuses
from server.handlers.batches import Batches, Kind
from server.handlers.paging import page_request
from server.interceptors.call import Call, Checked


class UserActionService:
    """What can be done to the users of the caller's project, and what was."""

    def __init__(
        self,
        actions: UserActions,
        reasons: UserActionReasons,
        applied: AppliedActions,
        statuses: UserStatuses,
        action_batches: UserActionBatches,
        applied_batches: AppliedActionBatches,
        batches: Batches,
        links: EmailLinks,
    ) -> None:
        self._actions = actions
        self._reasons = reasons
        self._applied = applied
        self._statuses = statuses
        self._action_batches = action_batches
        self._applied_batches = applied_batches
        self._batches = batches
        self._links = links

    # -- definitions ---------------------------------------------------------------------------

    def CreateUserAction(
        self, request: rpc.CreateUserActionRequest, call: Call
    ) -> rpc.CreateUserActionResponse:
        asked = request.user_action
        action = self._actions.create(
            call.caller,
            convert.user_action_values(asked, convert.populated(asked, user_actions.SETTABLE)),
            user_action_id=asked.user_action_id.lower(),
        )
        return rpc.CreateUserActionResponse(user_action=convert.user_action_message(action))

    def GetUserAction(self, request: rpc.GetUserActionRequest, call: Call) -> rpc.GetUserActionResponse:
        action = self._actions.get(call.caller, request.user_action_id.lower())
        return rpc.GetUserActionResponse(user_action=convert.user_action_message(action))

    def ListUserActions(self, request: rpc.ListUserActionsRequest, call: Call) -> rpc.ListUserActionsResponse:
        page = self._actions.list(
            call.caller, convert.ACTION_STATES[request.states], page_request(request, call)
        )
        return rpc.ListUserActionsResponse(
            user_actions=[convert.user_action_message(action) for action in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    def UpdateUserAction(
        self, request: rpc.UpdateUserActionRequest, call: Call
    ) -> rpc.UpdateUserActionResponse:
        asked = request.user_action
        paths = convert.masked(asked, request.update_mask, tuple(user_actions.SETTABLE))
        action = self._actions.update(
            call.caller,
            request.user_action_id.lower(),
            convert.user_action_values(asked, paths),
            asked.etag,
        )
        return rpc.UpdateUserActionResponse(user_action=convert.user_action_message(action))

    def DeleteUserAction(
        self, request: rpc.DeleteUserActionRequest, call: Call
    ) -> rpc.DeleteUserActionResponse:
        self._actions.delete(
            call.caller, request.user_action_id.lower(), hard=request.hard_delete, etag=request.etag
        )
        return rpc.DeleteUserActionResponse()

    def ReactivateUserAction(
        self, request: rpc.ReactivateUserActionRequest, call: Call
    ) -> rpc.ReactivateUserActionResponse:
        action = self._actions.reactivate(call.caller, request.user_action_id.lower())
        return rpc.ReactivateUserActionResponse(user_action=convert.user_action_message(action))

    def BatchCreateUserActions(
        self, requests: Iterator[Checked], call: Call
    ) -> Iterator[batch.BatchCreateUserActionsResponse]:
        def prepare(item: batch.CreateUserActionsItem) -> NewUserAction:
            asked = item.user_action
            names = convert.populated(asked, user_actions.SETTABLE)
            return NewUserAction(asked.user_action_id.lower(), convert.user_action_values(asked, names))

        kind = Kind(
            prepare,
            self._action_batches.create,
            convert.user_action_result,
            batch.BatchCreateUserActionsResponse,
        )
        return self._batches.run(requests, call, kind)

    def BatchDeleteUserActions(
        self, requests: Iterator[Checked], call: Call
    ) -> Iterator[batch.BatchDeleteUserActionsResponse]:
        def prepare(item: batch.DeleteUserActionsItem) -> Deletion:
            return Deletion(item.user_action_id.lower(), item.hard_delete, item.etag)

        kind = Kind(
            prepare,
            self._action_batches.delete,
            convert.user_action_result,
            batch.BatchDeleteUserActionsResponse,
        )
        return self._batches.run(requests, call, kind)

    # -- reasons -------------------------------------------------------------------------------

    def CreateUserActionReason(
        self, request: rpc.CreateUserActionReasonRequest, call: Call
    ) -> rpc.CreateUserActionReasonResponse:
        asked = request.user_action_reason
        reason = self._reasons.create(
            call.caller,
            convert.user_action_reason_values(asked, convert.populated(asked, user_action_reasons.SETTABLE)),
            reason_id=asked.reason_id.lower(),
        )
        return rpc.CreateUserActionReasonResponse(
            user_action_reason=convert.user_action_reason_message(reason)
        )

    def GetUserActionReason(
        self, request: rpc.GetUserActionReasonRequest, call: Call
    ) -> rpc.GetUserActionReasonResponse:
        reason = self._reasons.get(call.caller, request.reason_id.lower())
        return rpc.GetUserActionReasonResponse(user_action_reason=convert.user_action_reason_message(reason))

    def ListUserActionReasons(
        self, request: rpc.ListUserActionReasonsRequest, call: Call
    ) -> rpc.ListUserActionReasonsResponse:
        page = self._reasons.list(call.caller, page_request(request, call))
        return rpc.ListUserActionReasonsResponse(
            user_action_reasons=[convert.user_action_reason_message(reason) for reason in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    def UpdateUserActionReason(
        self, request: rpc.UpdateUserActionReasonRequest, call: Call
    ) -> rpc.UpdateUserActionReasonResponse:
        asked = request.user_action_reason
        paths = convert.masked(asked, request.update_mask, tuple(user_action_reasons.SETTABLE))
        reason = self._reasons.update(
            call.caller,
            request.reason_id.lower(),
            convert.user_action_reason_values(asked, paths),
            asked.etag,
        )
        return rpc.UpdateUserActionReasonResponse(
            user_action_reason=convert.user_action_reason_message(reason)
        )

    def DeleteUserActionReason(
        self, request: rpc.DeleteUserActionReasonRequest, call: Call
    ) -> rpc.DeleteUserActionReasonResponse:
        self._reasons.delete(call.caller, request.reason_id.lower(), request.etag)
        return rpc.DeleteUserActionReasonResponse()

    # -- what is applied -----------------------------------------------------------------------

    def ApplyUserAction(self, request: rpc.ApplyUserActionRequest, call: Call) -> rpc.ApplyUserActionResponse:
        applied = self._applied.apply(
            call.caller, convert.user_ref(request.by, call.caller), convert.application(request)
        )
        return rpc.ApplyUserActionResponse(applied_action=convert.applied_action_message(applied))

    def BatchApplyUserActions(
        self, requests: Iterator[Checked], call: Call
    ) -> Iterator[rpc.BatchApplyUserActionsResponse]:
        def prepare(item: rpc.ApplyUserActionsItem) -> ToApply:
            return ToApply(convert.user_ref(item.by, call.caller), convert.application(item))

        kind = Kind(
            prepare,
            self._applied_batches.apply,
            convert.applied_action_result,
            rpc.BatchApplyUserActionsResponse,
        )
        return self._batches.run(requests, call, kind)

    def ModifyAppliedAction(
        self, request: rpc.ModifyAppliedActionRequest, call: Call
    ) -> rpc.ModifyAppliedActionResponse:
        applied = self._applied.modify(
            call.caller,
            request.applied_action_id.lower(),
            convert.action_end(request),
            convert.wish(request),
            request.etag,
        )
        return rpc.ModifyAppliedActionResponse(applied_action=convert.applied_action_message(applied))

    def CancelAppliedAction(
        self, request: rpc.CancelAppliedActionRequest, call: Call
    ) -> rpc.CancelAppliedActionResponse:
        applied = self._applied.cancel(
            call.caller, request.applied_action_id.lower(), convert.wish(request), request.etag
        )
        return rpc.CancelAppliedActionResponse(applied_action=convert.applied_action_message(applied))

    def GetAppliedAction(
        self, request: rpc.GetAppliedActionRequest, call: Call
    ) -> rpc.GetAppliedActionResponse:
        applied = self._applied.get(call.caller, request.applied_action_id.lower())
        return rpc.GetAppliedActionResponse(applied_action=convert.applied_action_message(applied))

    def ListAppliedActions(
        self, request: rpc.ListAppliedActionsRequest, call: Call
    ) -> rpc.ListAppliedActionsResponse:
        page = self._applied.list(
            call.caller,
            convert.user_ref(request.by, call.caller) if request.HasField("by") else None,
            convert.applied_action_filter(request.filter),
            page_request(request, call),
        )
        return rpc.ListAppliedActionsResponse(
            applied_actions=[convert.applied_action_message(applied) for applied in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    # -- shortcuts -----------------------------------------------------------------------------

    def BlockUser(self, request: rpc.BlockUserRequest, call: Call) -> rpc.BlockUserResponse:
        user = self._statuses.block(call.caller, convert.user_ref(request.by, call.caller))
        return rpc.BlockUserResponse(user=convert.user_message(user))

    def UnblockUser(self, request: rpc.UnblockUserRequest, call: Call) -> rpc.UnblockUserResponse:
        user = self._statuses.unblock(call.caller, convert.user_ref(request.by, call.caller))
        return rpc.UnblockUserResponse(user=convert.user_message(user))

    def SendVerificationEmail(
        self, request: rpc.SendVerificationEmailRequest, call: Call
    ) -> rpc.SendVerificationEmailResponse:
        self._links.send_verification(call.caller, convert.user_ref(request.by, call.caller))
        return rpc.SendVerificationEmailResponse()

    def SendPasswordResetEmail(
        self, request: rpc.SendPasswordResetEmailRequest, call: Call
    ) -> rpc.SendPasswordResetEmailResponse:
        self._links.send_password_reset_to(call.caller, convert.user_ref(request.by, call.caller))
        return rpc.SendPasswordResetEmailResponse()

    def SendInvitationEmail(
        self, request: rpc.SendInvitationEmailRequest, call: Call
    ) -> rpc.SendInvitationEmailResponse:
        self._links.send_invitation(call.caller, convert.user_ref(request.by, call.caller))
        return rpc.SendInvitationEmailResponse()
