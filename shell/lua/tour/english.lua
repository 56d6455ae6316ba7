-- The tour in English: name of a step -> title and text.
return {
    hello = "A virtual home in this very process: a lock, an air conditioner, a lamp and a smart meter. Its clock "
        .. "leaps, so nothing takes long. Every command runs for real, and its result is checked.",
    enter = "Enter: next step, q: leave > ",
    right = "checked: ",
    wrong = "NOT AS IT SHOULD BE: ",
    all_right = "%d steps did what they say. Next: start warifu, and type device lock --background --window 180, then "
        .. "pair lock --code FILE with the file that it names. help lists the verbs.",
    some_wrong = "%d of %d steps went wrong",
    left = "left after %d of %d steps",
    discover = {
        "Who is there?",
        "ECHONET Lite nodes answer a question to everybody. Nothing of it is proven: anybody may say anything of "
            .. "himself. Those that speak Device Authentication say whether they would pair.",
        "all four devices were found",
    },
    before = {
        "A stranger reads nothing",
        "The lock follows the policy `strict`: who is not paired learns what kind of thing it is, and no more. So"
            .. " this command fails, and its exit status is not 0.",
        "it was refused",
    },
    window = {
        "The owner presses the button",
        "Pairing needs a window that somebody opens at the device itself, here for 180 seconds. (This line is "
            .. "Lua: `lock` is the virtual device.) Outside of it strangers get silence.",
        "the pairing window is open",
    },
    pair = {
        "Pairing",
        "The set-up code is on the device's label: the fingerprint of its key, and a secret. Controller and "
            .. "device prove to each other that they know it (EDHOC, RFC 9528), and both write the pairing down.",
        "both sides have the pairing, each with the other's number",
    },
    get = {
        "Reading",
        "The same ECHONET Lite as ever, but in encrypted records. Names and values come from the dictionary; "
            .. "--lang ja shows the Japanese ones.",
        "it was asked for under the session",
    },
    set = {
        "Setting",
        "Commands carry the time that the device reckons with, so that none of them opens a door hours later.",
        "the door is open",
    },
    watch = {
        "Listening",
        "The lock announces what changes: that it was opened, and 30 seconds later that it locked itself again. "
            .. "Those seconds pass at once here.",
        "both announcements came, and the door is locked",
    },
    bytes = {
        "What is on the wire",
        "This is the datagram of a Get: a frame head, which key it is under (kid), and bytes that say nothing.",
        "it is a record of Device Authentication",
    },
    inside = {
        "And what is in it",
        "The controller knows the clear text: an ordinary ECHONET Lite message. `trace` shows both, and pcapng "
            .. "for Wireshark.",
        "it is the Get of the lock",
    },
    eavesdrop = {
        "An eavesdropper",
        "Everything that passed so far was recorded. We look for the clear text of every message in all of it "
            .. "since the pairing.",
        "none of the messages can be read",
    },
    replay = {
        "The same command again",
        "The attacker sends the recorded \"unlock\" once more, byte for byte, from the controller's address. Each"
            .. " record has a number, and a number counts once.",
        "REPLAYED: it was dropped and counted, and the door is locked",
    },
    tamper = {
        "A bit turned on the way",
        "The owner unlocks, and one bit of the command changes on its way. The tag of the record doesn't fit any "
            .. "more.",
        "TAG: it was dropped and counted, and the door is locked",
    },
    delay = {
        "A command held back",
        "The command is kept, and delivered a minute later: with a right tag and a new number, but too old.",
        "TOO_LATE: it was refused and counted, and the door is locked",
    },
    stranger = {
        "Somebody who is not paired",
        "A node in the same network sends the command in clear.",
        "POLICY: it was refused and counted, and the door is locked",
    },
    guess = {
        "Somebody without the code",
        "The window is open, and the stranger has a certificate under the same root, but the wrong code. He can't"
            .. " try many: wrong proofs close the window and make the next ones wait.",
        "WRONG_CODE: he is not paired, and the door is locked",
    },
    unpair = {
        "The end of it",
        "Unpairing tells the device, and both erase their keys.",
        "neither side has the pairing any more",
    },
}
