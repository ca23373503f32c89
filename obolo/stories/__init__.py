"""Stories: the few paths that cross rooms, one readable file each. A newcomer starts here.

`read_notices`, `answer_a_message`, `receive_a_gift`, `spend_and_trace`, `hand_over`. Each opens the
doors of the rooms below and owns no table.
"""
