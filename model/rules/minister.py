"""Rules of a minister: head of government, tenure, blame, anxiety, grip, rhetoric and focus (C3 to C11)."""

from __future__ import annotations

from typing import NamedTuple

from ..arithmetic import clip01, floor, larger, negation, saturating, select, triangular
from ..constants import Constants
from ..parameters import Parameters
from ..random_records import CentreLuck
from ..records import CentreState, NationState, Now


class Calendar(NamedTuple):
    """Where the political calendar stands."""

    months_since_election: float
    tenure: float
    voted: bool


def election_called(centre: CentreState, luck: CentreLuck, k: Constants) -> bool:
    """Whether an election comes this month: it is due, or early by chance."""
    waited = centre.months_since_election + 1.0
    early = (waited >= k.ELECTION_EARLY) & (luck.early_election < k.ELECTION_CHANCE)
    return (waited >= k.ELECTION_DUE) | early


def calendar(centre: CentreState, luck: CentreLuck, p: Parameters, k: Constants) -> Calendar:
    """An election comes when it is due, or early by chance; it may turn out the head of government (C3; V04)."""
    called = election_called(centre, luck, k)
    return Calendar(
        months_since_election=select(called, 0.0, centre.months_since_election + 1.0),
        tenure=centre.tenure + 1.0,
        voted=called & (luck.change < p.head_loses),
    )


class Headship(NamedTuple):
    """How long the head of government has led, and whether another one begins this month (0 or 1)."""

    head_months: float
    new_head: float


def headship(centre: CentreState, luck: CentreLuck, p: Parameters, k: Constants) -> Headship:
    """Between elections a head of government falls the more easily the longer they have led (C3; V04)."""
    led = centre.head_months + 1.0
    hazard = p.head_hazard * led * led / (led * led + k.HEAD_HALF * k.HEAD_HALF)
    falls = negation(centre.months_since_election <= 0.0) & (luck.falls < hazard)
    changed = centre.voted | falls
    return Headship(head_months=select(changed, 0.0, led), new_head=select(changed, 1.0, 0.0))


def inherited_deal(centre: CentreState, p: Parameters, k: Constants) -> float:
    """Return what a new minister leaves of the arm's-length deal."""
    return centre.buffer * (1.0 - p.political_responsiveness * k.DEAL_CUT * (1.0 - p.deal_commitment))


class Ministry(NamedTuple):
    """Who governs, with how much zeal, and what is left of the predecessor's deal."""

    minister_changed: float
    tenure: float
    zeal: float
    buffer: float


def ministry(centre: CentreState, luck: CentreLuck, p: Parameters, k: Constants) -> Ministry:
    """Most ministers leave with their head, others by time; the arm's-length deal suffers (C3; A23, V04, V05)."""
    called = centre.months_since_election <= 0.0
    served = centre.tenure * centre.tenure
    hazard = k.MINISTER_WEAR / p.minister_tenure * served / (served + k.MINISTER_HALF * k.MINISTER_HALF)
    chance = select(centre.new_head > 0.5, p.minister_follows, select(called, k.RESHUFFLE_CHANCE, hazard))
    # Another party keeps no minister of its predecessor.
    changed = (luck.leaves < chance) | (centre.voted & (luck.party < k.PARTY_CHANGE))
    # What is left of the uniform that decided on the election.
    lost, kept = luck.change / p.head_loses, (luck.change - p.head_loses) / (1.0 - p.head_loses)
    fresh_zeal = select(centre.voted, lost, select(called, kept, luck.change))
    return Ministry(
        minister_changed=select(changed, 1.0, 0.0),
        tenure=select(changed, 0.0, centre.tenure),
        zeal=select(changed, fresh_zeal, centre.zeal),
        buffer=select(changed, inherited_deal(centre, p, k), centre.buffer),
    )


class Government(NamedTuple):
    """The party in power, and the centre's pride in its own reorganisation."""

    party: float
    pride: float


def government(centre: CentreState, luck: CentreLuck, k: Constants) -> Government:
    """Another party takes no pride in its predecessor's reorganisation (C3; A07, A35)."""
    swing = centre.voted & (luck.party < k.PARTY_CHANGE)
    faded = centre.pride * (1.0 - 1.0 / k.PRIDE_MONTHS)
    return Government(party=select(swing, -centre.party, centre.party), pride=select(swing, 0.0, faded))


class Worries(NamedTuple):
    """What worries the centre this month."""

    blame: float
    lever_shortfall: float
    variation: float
    late: float


def worries(centre: CentreState, nation: NationState, p: Parameters, k: Constants) -> Worries:
    """Blame for failures found follows control; missed targets and neatness worry, elections more so (C4; A40, A47)."""
    attribution = 1.0 - p.blame_follows_control * (1.0 - centre.control * (1.0 - k.ARMS_BLAME * centre.buffer))
    return Worries(
        blame=(
            centre.blame * (1.0 - 1.0 / k.BLAME_MEMORY) + p.blame_salience * k.BLAME_SCALE * nation.found * attribution
        ),
        lever_shortfall=clip01(k.LEVER_SCALE * larger(0.0, p.target_level - nation.reported)),
        variation=clip01(p.variation_aversion * nation.reported_sd / k.VARIATION_NORM),
        late=1.0 + k.ELECTION_ANXIETY * select(centre.months_since_election > k.ELECTION_NEAR, 1.0, 0.0),
    )


def anxiety(centre: CentreState, k: Constants) -> float:
    """Blame, levers that do not work and untidy variation make the centre anxious (C5; A39 to A41, A47)."""
    anxiety_goal = clip01(
        centre.late
        * (
            k.ANXIETY_BLAME * saturating(centre.blame)
            + k.ANXIETY_LEVERS * centre.lever_shortfall
            + k.ANXIETY_VARIATION * centre.variation
        )
    )
    return centre.anxiety + k.ANXIETY_RATE * (anxiety_goal - centre.anxiety)


def sclerosis(centre: CentreState, nation: NationState, k: Constants) -> float:
    """Central direction that does not fit is slowly felt to be sclerotic (C6; A38)."""
    sclerosis_goal = clip01(
        centre.control
        * (k.SCLEROSIS_BASE + k.SCLEROSIS_DETAIL * centre.detail)
        * (k.SCLEROSIS_FIT - nation.fit)
        * k.SCLEROSIS_SCALE
    )
    return centre.sclerosis + (sclerosis_goal - centre.sclerosis) / k.SCLEROSIS_MONTHS


def cynicism(centre: CentreState, k: Constants) -> float:
    """Localism professed beyond what is given teaches managers that nothing ever changes (C7; A13, A25)."""
    gap = larger(0.0, centre.rhetoric - (1.0 - centre.control * (1.0 - k.ARMS_SOFTENS * centre.buffer)))
    return centre.cynicism + (gap - centre.cynicism) / k.CYNICISM_MONTHS


class Grip(NamedTuple):
    """How far the centre tightens or relaxes this month; the changes take effect at the end of the phase."""

    body: float
    room: float
    control_change: float
    detail_change: float
    control_conceded: float
    control_volunteered: float


def grip(centre: CentreState, nation: NationState, p: Parameters, k: Constants) -> Grip:
    """Anxiety tightens, calm relaxes, challenge wrings concessions, parties differ; detail follows (C8; A18, A21)."""
    r = p.political_responsiveness
    body = centre.body * (1.0 - 1.0 / k.BODY_MONTHS)
    room = larger(0.0, (1.0 - centre.entrenched) - centre.control)
    soft = 1.0 - k.ARMS_SOFTENS * centre.buffer
    calm = 1.0 - centre.anxiety
    wish = p.grip_rate * p.ideology_gap * select(centre.party > 0.0, room, -centre.control)
    conceding = p.concession_rate * nation.challenge * centre.control * centre.control
    control_change = (
        p.grip_rate * (centre.anxiety * room * soft - k.RELAXATION * calm * centre.control) - conceding + wish
    )
    detail_goal = clip01(centre.anxiety * (k.DETAIL_BASE + centre.control) * soft + k.BODY_DETAIL * body)
    return Grip(
        body=body,
        room=room,
        control_change=r * control_change,
        detail_change=r * (k.DETAIL_RATE * (detail_goal - centre.detail)),
        control_conceded=r * p.concession_rate * nation.challenge * centre.control * centre.control,
        control_volunteered=r * (p.grip_rate * k.RELAXATION * calm * centre.control + larger(0.0, -wish)),
    )


class Settlement(NamedTuple):
    """What lasts of the struggle between centre and localities."""

    challenge_bar: float
    buffer: float
    entrenched: float
    rhetoric: float


def settlement(centre: CentreState, nation: NationState, p: Parameters, k: Constants) -> Settlement:
    """Reprisal raises the bar, anxiety wears the buffer down, challenge entrenches localism (C9, C10; B36, A22)."""
    r = p.political_responsiveness
    entrenching = (
        k.ENTRENCH * nation.challenge * (1.0 - centre.entrenched)
        - k.ENTRENCH_EROSION * centre.anxiety * centre.entrenched
    )
    rhetoric_goal = clip01(p.rhetoric_of_localism + k.RHETORIC_SCLEROSIS * (centre.sclerosis - k.SCLEROSIS_NEUTRAL))
    return Settlement(
        challenge_bar=(
            centre.challenge_bar
            + r * k.REPRISAL_RATE * p.centre_reprisal * nation.challenge * centre.anxiety
            - centre.challenge_bar / k.REPRISAL_MONTHS
        ),
        buffer=centre.buffer * (1.0 - r * p.arms_length_erosion * centre.anxiety),
        entrenched=clip01(centre.entrenched + r * entrenching),
        rhetoric=centre.rhetoric + r * k.RHETORIC_RATE * (rhetoric_goal - centre.rhetoric),
    )


def consulted(now: Now) -> bool:
    """Whether providers are consulted in this month: the last one of each year of the run."""
    return now.month - 12.0 * floor(now.month / 12.0) < 0.5


def issue_severity(centre: CentreState, now: Now, luck: CentreLuck, k: Constants) -> float:
    """What a year's consultation asks of providers differs from year to year, for all of them alike (C10; B36)."""
    drawn = k.ISSUE_SPREAD * triangular(luck.weight_a, luck.weight_b)
    return select(consulted(now), drawn, centre.issue_severity)


class Focus(NamedTuple):
    """Weights of the centre's change model; they add up to 1."""

    focus_access: float
    focus_quality: float
    focus_integration: float


def focus(centre: CentreState, nation: NationState, p: Parameters, k: Constants) -> Focus:
    """Attention goes to the problem that shows; internal voice makes poor quality show (C11; A20, A45, A46)."""
    rate = p.political_responsiveness * k.FOCUS_RATE
    problem_access = larger(k.FOCUS_FLOOR, p.target_level - nation.reported)
    problem_quality = larger(
        k.FOCUS_FLOOR,
        k.FOCUS_FAILURES * nation.found
        + p.internal_voice * k.FOCUS_VOICE * larger(0.0, k.QUALITY_WISH - nation.quality),
    )
    problem_integration = larger(k.FOCUS_FLOOR, k.FOCUS_INTEGRATION * (k.INTEGRATION_WISH - nation.integration))
    problem_sum = problem_access + problem_quality + problem_integration
    focus_access = centre.focus_access + rate * (problem_access / problem_sum - centre.focus_access)
    focus_integration = centre.focus_integration + rate * (problem_integration / problem_sum - centre.focus_integration)
    return Focus(focus_access, 1.0 - focus_access - focus_integration, focus_integration)
