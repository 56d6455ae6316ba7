/* Pairing by a set-up code as a state machine, for the model checker Spin: one device, its owner, the right controller,
 * an intruder with a good certificate and no code, and a network that loses, repeats, reorders and plays again.
 *
 * What cryptography gives is taken for granted: the keys of a handshake (here its number, chosen by the device when it
 * answers message_1) are known to the device and to whoever began it; messages from message_3 on are made only by who
 * has them; a right proof of the code is made only by the controller. What is checked, by the assertions below and by
 * Spin's search for states that nobody leaves:
 *
 *   - the device writes a pairing down only for who proved the code, and the controller only what the device wrote down;
 *   - no keys belong to two;
 *   - nothing that comes from the network opens the window, or makes it last longer;
 *   - an intruder has at most FAILURES wrong proofs in a window;
 *   - nobody waits for ever.
 *
 * tests/python/test_models.py runs it, and once with each MUTATION, to see that it would find what it looks for.
 */
#ifndef HANDSHAKES
#define HANDSHAKES 2 /* that the device begins to answer; each has keys of its own */
#endif
#define FAILURES 2 /* wrong proofs that close a window: five in the profile */
#define WINDOW 2   /* steps of time that a window stays open */
#define WINDOWS 2  /* that the owner opens */
#define NOBODY 0
#define CONTROLLER 1
#define INTRUDER 2
#define NONE 0

mtype = {MESSAGE_1, MESSAGE_2, MESSAGE_3, MESSAGE_4, CONFIRM, CONFIRMED};

/* Kind, who began it, the handshake's number (none in message_1), is the proof of the code right? */
chan to_device = [2] of {mtype, byte, byte, bool};
chan to_others = [2] of {mtype, byte, byte, bool};

/* the device */
byte handshakes;    /* answered so far */
byte slot;          /* the handshake under way */
byte slot_peer;     /* who began it */
bool slot_done;     /* message_4 was sent: both have keys */
byte window;        /* steps left; 0: closed */
byte windows;       /* opened so far */
byte failures;      /* in this window, as the device counts them */
byte wrong_proofs;  /* the same, as somebody counts who watches */
byte paired_peer;   /* who is written down */
byte paired_by;     /* and by which handshake */
byte owner_of[HANDSHAKES + 1]; /* of its keys */

/* the controller: 0 idle, 1 waits for message_2, 2 for message_4, 3 for CONFIRMED, 4 has written it down */
byte stage;
byte own;

inline free_slot() {
    slot = NONE;
    slot_peer = NOBODY;
    slot_done = false
}

inline close_window() {
    window = 0;
    failures = 0;
    free_slot()
}

inline write_down(number) {
    assert(slot_peer == CONTROLLER);                   /* nobody else can prove the code */
    assert(paired_by != number && owner_of[number] == slot_peer); /* fresh keys, of one peer */
    paired_peer = slot_peer;
    paired_by = number;
    close_window();
    to_others ! CONFIRMED, CONTROLLER, number, true
}

inline count_failure() {
    failures++;
    wrong_proofs++;
    assert(wrong_proofs <= FAILURES);
    free_slot();
    if
    :: failures == FAILURES -> close_window()
    :: else
    fi
}

inline answer_message_1(who) {
    if
    :: window > 0 && slot == NONE && handshakes < HANDSHAKES ->
        handshakes++;
        slot = handshakes;
        slot_peer = who;
        slot_done = false;
        assert(owner_of[slot] == NOBODY);
        owner_of[slot] = who;
#ifdef MUTATION_EXTENDS
        window = WINDOW;
#endif
        to_others ! MESSAGE_2, who, slot, false
    :: window > 0 && slot != NONE && slot_peer == who && !slot_done ->
        to_others ! MESSAGE_2, who, slot, false /* the same answer to the same message */
    :: else
    fi
}

inline take_confirm(number, proof) {
    if
#ifdef MUTATION_NO_PROOF
    :: slot_done && slot == number && window > 0 -> write_down(number)
#else
    :: slot_done && slot == number && window > 0 && proof -> write_down(number)
    :: slot_done && slot == number && window > 0 && !proof -> count_failure()
#endif
    :: slot != number && paired_by == number -> to_others ! CONFIRMED, paired_peer, number, true
    :: else
    fi
}

active proctype device() {
    mtype kind;
    byte who, number, before;
    bool proof;
end:
    do
    :: atomic {
           nempty(to_device) && nfull(to_others) ->
           to_device ? kind, who, number, proof;
           before = window;
           if
           :: kind == MESSAGE_1 -> answer_message_1(who)
           :: kind == MESSAGE_3 && slot == number && window > 0 ->
               slot_done = true;
               to_others ! MESSAGE_4, who, number, false
           :: kind == CONFIRM -> take_confirm(number, proof)
           :: else
           fi;
           assert(window <= before); /* by the network it never opens, and never lasts longer */
           kind = MESSAGE_1; who = 0; number = 0; before = 0; proof = false
       }
    od
}

/* The owner's local acts, and time, which passes when it likes. */
active proctype owner() {
end:
    do
    :: atomic { windows < WINDOWS && window == 0 -> windows++; window = WINDOW; failures = 0; wrong_proofs = 0 }
    :: atomic {
           window > 0 ->
           window--;
           if
           :: window == 0 -> close_window()
           :: else
           fi
       }
    :: atomic { slot != NONE -> free_slot() } /* a slot that gets no further is given up */
    od
}

active proctype controller() {
    mtype kind;
    byte number;
    bool proof;
end:
    do
    :: atomic { stage == 0 && nfull(to_device) -> stage = 1; to_device ! MESSAGE_1, CONTROLLER, NONE, false }
    :: atomic { stage == 2 && nfull(to_device) -> to_device ! MESSAGE_3, CONTROLLER, own, false }
    :: atomic { stage == 3 && nfull(to_device) -> to_device ! CONFIRM, CONTROLLER, own, true }
    :: atomic { stage > 0 && stage < 4 -> stage = 0; own = NONE } /* its patience ends, and it begins anew */
    :: atomic {
           to_others ? [kind, CONTROLLER, number, proof] ->
           to_others ? kind, CONTROLLER, number, proof;
           if
           :: kind == MESSAGE_2 && stage == 1 -> stage = 2; own = number
#ifdef MUTATION_EARLY
           :: kind == MESSAGE_4 && stage == 2 && number == own -> stage = 4; assert(paired_by == own)
#else
           :: kind == MESSAGE_4 && stage == 2 && number == own -> stage = 3
#endif
           :: kind == CONFIRMED && stage == 3 && number == own ->
               stage = 4;
               assert(paired_by == own && paired_peer == CONTROLLER && owner_of[own] == CONTROLLER)
           :: else
           fi;
           kind = MESSAGE_1; number = 0; proof = false
       }
    od
}

/* It plays the protocol to its end with every proof but the right one, and begins in the controller's name as well. */
active proctype intruder() {
    byte number;
end:
    do
    :: atomic { nfull(to_device) -> to_device ! MESSAGE_1, INTRUDER, NONE, false }
    :: atomic { nfull(to_device) -> to_device ! MESSAGE_1, CONTROLLER, NONE, false } /* heard before */
    :: atomic { to_others ? [MESSAGE_2, INTRUDER, number, false] ->
                to_others ? MESSAGE_2, INTRUDER, number, false }
    :: atomic { number != NONE && nfull(to_device) -> to_device ! MESSAGE_3, INTRUDER, number, false }
    :: atomic { number != NONE && nfull(to_device) -> to_device ! CONFIRM, INTRUDER, number, false }
    od
}

/* What is on its way gets lost, comes twice, or overtakes. */
active proctype network() {
    mtype kind;
    byte who, number;
    bool proof;
end:
    do
    :: atomic { to_device ? kind, who, number, proof; kind = MESSAGE_1; who = 0; number = 0; proof = false }
    :: atomic { to_others ? kind, who, number, proof; kind = MESSAGE_1; who = 0; number = 0; proof = false }
    :: atomic { nempty(to_device) && nfull(to_device) ->
                to_device ? <kind, who, number, proof>; to_device ! kind, who, number, proof;
                kind = MESSAGE_1; who = 0; number = 0; proof = false }
    :: atomic { len(to_device) == 2 ->
                to_device ? kind, who, number, proof; to_device ! kind, who, number, proof;
                kind = MESSAGE_1; who = 0; number = 0; proof = false }
    :: atomic { nempty(to_others) && nfull(to_others) ->
                to_others ? <kind, who, number, proof>; to_others ! kind, who, number, proof;
                kind = MESSAGE_1; who = 0; number = 0; proof = false }
    :: atomic { len(to_others) == 2 ->
                to_others ? kind, who, number, proof; to_others ! kind, who, number, proof;
                kind = MESSAGE_1; who = 0; number = 0; proof = false }
    od
}
