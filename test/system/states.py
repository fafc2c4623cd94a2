"""Every state a server can be in, by the table of docs/probing.md: how to bring
a real server there, what a probe must find, and how it is healed.

    with Stage(directory) as stage:
        subject = STATES["busy"].bring(stage)
        if subject.then:
            subject.then()
        ... a probe of subject.addr finds STATES["busy"].found ...
        subject.undo()
        ... and now STATES["busy"].healed ...
"""
import states_entry  # noqa: F401  (each enters its states into STATES)
import states_service  # noqa: F401
from stage import MODES_BIND, STATES, Stage, found_in, is_as  # noqa: F401
