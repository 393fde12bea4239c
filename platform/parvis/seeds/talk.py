"""Posts, comments, thanks and reports, through the same actions as the pages use."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from parvis.features.conversations import actions as conversations
from parvis.features.conversations.actions import CommentInput, PostInput
from parvis.features.conversations.rules import Said
from parvis.features.moderation.actions_report import ReportInput, report
from parvis.seeds.cast import Cast, place_labels
from parvis.seeds.content import Comment, Post, Report
from parvis.seeds.timeline import Timeline

# Thanks come over the two days after a post, the first ones quickly.
THANKS_HOURS = 48.0
REPORT_HOURS = 0.7


class Talk:
    """What is said in the communities."""

    def __init__(self, cast: Cast, timeline: Timeline) -> None:
        self._cast = cast
        self._timeline = timeline

    def plan(self, posts: tuple[Post, ...]) -> None:
        for post in posts:
            self._timeline.plan(self._timeline.ago(post.age), partial(self._publish, post))

    async def _publish(self, post: Post) -> None:
        community = self._cast.community(post.place)
        given = PostInput(title=post.title, body=post.body.strip(), kind=post.kind)
        fields = {"title": given.title, "body": given.body}
        place = place_labels(community)
        verdict = await self._cast.judged(post.by, "post.publish", fields, place, community.id)
        written = await conversations.publish_post(
            self._cast.actor(post.by), community, given, verdict
        )
        said = Said(
            id=written.id,
            post_id=written.id,
            author_id=self._cast.actor(post.by).require_member(),
            is_live=written.is_live,
            community=community,
        )
        self._plan_answers(post, said)

    def _plan_answers(self, post: Post, said: Said) -> None:
        at = self._timeline.ago(post.age)
        for comment in post.comment:
            moment = at + timedelta(hours=comment.wait)
            self._timeline.plan(moment, partial(self._comment, comment, said))
        thankful = self._cast.others(post.by, post.place)[: post.thanks]
        for n, key in enumerate(thankful, start=1):
            moment = at + timedelta(hours=THANKS_HOURS * (n / (len(thankful) + 1)) ** 2 + 0.2)
            self._timeline.plan(moment, partial(self._thank, key, said))

    async def _comment(self, comment: Comment, post: Said) -> None:
        place = place_labels(post.community)
        fields = {"body": comment.text}
        verdict = await self._cast.judged(
            comment.by, "comment.publish", fields, place, post.community.id
        )
        actor = self._cast.actor(comment.by)
        written = await conversations.publish_comment(
            actor, post, CommentInput(body=comment.text), verdict
        )
        for n, one in enumerate(comment.reports, start=1):
            moment = self._timeline.moment + timedelta(hours=n * REPORT_HOURS)
            self._timeline.plan(moment, partial(self._report, one, written.id))

    async def _report(self, given: Report, contribution_id: UUID) -> None:
        reason = ReportInput(reason=given.clause, note=given.note)
        await report(self._cast.actor(given.by), contribution_id, reason)

    async def _thank(self, key: str, post: Said) -> None:
        await conversations.thank(self._cast.actor(key), post)
