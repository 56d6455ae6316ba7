/* Every error of Warifu, in one table.
 *
 * A row: code, name, nature, what happened, what to do next. The table yields the C enum below, Python's exception
 * classes (the nature says which builtin they also are), Lua's `nil, message, code`, the shell's exit class and the
 * reference page. Codes are stable within a release; a hundred belongs to one layer.
 *
 * Natures: NONE success; VALUE bad input; USAGE a call that the object's state doesn't allow; CRYPTO a proof that
 * failed; DENIED a peer or a policy said no; TIMEOUT nobody answered; LINK no usable connection; LOOKUP nothing of that
 * name; SYSTEM the machine below (storage, sockets, randomness, capacity).
 */
#ifndef WARIFU_ERROR_H
#define WARIFU_ERROR_H

/* The headers serve C++ too, which knows no `static` in the size of an array. */
#ifdef __cplusplus
#define WF_C_BEGIN extern "C" {
#define WF_C_END }
#define WF_STATIC
#else
#define WF_C_BEGIN
#define WF_C_END
#define WF_STATIC static
#endif

WF_C_BEGIN

#define WF_ERRORS(X)                                                                                                   \
    X(0, OK, NONE, "success", "")                                                                                      \
    /* base */                                                                                                         \
    X(101, ARGUMENT, VALUE, "an argument is outside what the call allows", "compare it with the call's documentation") \
    X(102, TRUNCATED, VALUE, "the data ends before what it announces", "check that all of it was copied or received")  \
    X(103, TRAILING, VALUE, "bytes are left over after the end of the data", "check where the data was cut")           \
    X(104, TOO_SMALL, VALUE, "the result does not fit the buffer", "give a larger buffer or ask for less")             \
    X(105, STATE, USAGE, "the object is not in a state that allows this call", "follow the order in the header")       \
    X(106, CAPACITY, SYSTEM, "a table is full", "raise the capacity at construction or free an entry")                 \
    /* crypto */                                                                                                       \
    X(201, BACKEND, SYSTEM, "the cryptographic library failed", "check that libtomcrypt is the supported version")     \
    X(202, TAG, CRYPTO, "the authentication tag is wrong", "the data was changed or the keys differ")                  \
    X(203, SIGNATURE, CRYPTO, "the signature is wrong", "the data was changed or another key signed it")               \
    X(204, POINT, VALUE, "the public key is not a point of P-256", "take the key from its source again")               \
    X(205, KEY, VALUE, "the private key is out of range", "take the key from its source again")                        \
    X(206, ENTROPY, SYSTEM, "the random source failed", "repair the random source; there is no fallback")              \
    /* pki */                                                                                                          \
    X(301, DER, VALUE, "the data is not strict DER", "encode it again with a DER encoder")                             \
    X(302, CERTIFICATE, VALUE, "the certificate is outside the profile", "issue it by docs/reference/certificates.md") \
    X(303, UNTRUSTED, CRYPTO, "no trust anchor stands behind the certificate",                                         \
      "install the issuer's root on both sides")                                                                       \
    X(304, EXPIRED, CRYPTO, "the certificate has expired", "renew the certificate, or check this side's clock")        \
    X(305, NOT_YET_VALID, CRYPTO, "the certificate is not valid yet", "check the clocks of both sides")                \
    X(306, WRONG_ROLE, CRYPTO, "the certificate is for another role",                                                  \
      "use a device or a controller certificate as fits")                                                              \
    X(307, CHAIN, CRYPTO, "the certificates do not form a chain", "send the end certificate first, then its issuer")   \
    X(308, PEM, VALUE, "the text is not PEM as RFC 7468 says", "look for BEGIN and END lines that match")              \
    X(309, REVOKED, CRYPTO, "the certificate was revoked by its issuer",                                               \
      "replace it; if it was revoked in error, have a new one issued")                                                 \
    X(310, CRL, VALUE, "the revocation list is outside the profile", "publish it by docs/reference/certificates.md")   \
    X(311, CRL_OLD, CRYPTO, "the revocation list is older than the one held",                                          \
      "hand over the latest list of this issuer")                                                                      \
    X(312, CRL_EXPIRED, CRYPTO, "the revocation list is past its nextUpdate",                                          \
      "publish a new list, or check this side's clock")                                                                \
    X(313, REQUEST, VALUE, "the certificate request is outside the profile", "make it with a P-256 key and SHA-256")   \
    X(314, TOKEN, SYSTEM, "the key's token refused or failed",                                                         \
      "check its module, label and PIN, and that it is plugged in")                                                    \
    X(315, AUTHORITY, VALUE, "the authority's folder does not hold together",                                          \
      "restore it from a copy; its records name the file")                                                             \
    /* edhoc */                                                                                                        \
    X(401, CBOR, VALUE, "the data is not deterministic CBOR", "encode it as RFC 8949 section 4.2 says")                \
    X(402, EDHOC_MESSAGE, VALUE, "the EDHOC message is malformed", "compare it with RFC 9528 section 5")               \
    X(403, EDHOC_METHOD, VALUE, "the EDHOC method is not 0", "use signatures on both sides (method 0)")                \
    X(404, UNSUPPORTED_SUITE, DENIED, "the two sides share no cipher suite", "allow suite 3 or 2 on both sides")       \
    X(405, CREDENTIAL, CRYPTO, "the peer's credential is unknown or not usable",                                       \
      "pair again to exchange certificates")                                                                           \
    X(406, CRITICAL_EAD, DENIED, "the peer demands an extension that this side lacks", "update this side")             \
    X(407, CONNECTION_ID, VALUE, "both sides chose the same connection identifier", "start the handshake again")       \
    X(408, PEER_ERROR, DENIED, "the peer ended the handshake with an error", "look at the peer's log")                 \
    /* echonet */                                                                                                      \
    X(501, FRAME, VALUE, "the bytes are not an ECHONET Lite frame", "compare them with Part II section 3.2")           \
    X(502, PROPERTY_MAP, VALUE, "the property map contradicts itself", "read the properties one by one")               \
    X(503, NO_OBJECT, LOOKUP, "the node has no such object", "list its objects first")                                 \
    X(504, NO_PROPERTY, LOOKUP, "the object has no such property", "look at its property maps (9D, 9E, 9F)")           \
    X(505, REFUSED, DENIED, "the object refused at least one property", "look at the answer property by property")     \
    X(506, WRONG_VALUE, VALUE, "the value does not fit the property", "take one that the dictionary allows")           \
    X(507, NOT_IN_DICTIONARY, LOOKUP, "the dictionary does not have it", "look at its names, or use codes and bytes")  \
    X(508, OVERLAY, VALUE, "the overlay of the dictionary is wrong", "mend it at the place that is named")             \
    /* pairing */                                                                                                      \
    X(601, WINDOW_CLOSED, DENIED, "the device's pairing window is closed", "open it at the device and try again")      \
    X(602, BUSY, DENIED, "the device is pairing with someone else", "wait a minute and try again")                     \
    X(603, WRONG_DEVICE, DENIED, "the device is not the one that was named", "compare the identification numbers")     \
    X(604, PAIRINGS_FULL, DENIED, "the device holds as many pairings as it can", "remove one at the device")           \
    X(605, NOT_PAIRED, LOOKUP, "there is no pairing with this peer", "pair with it first")                             \
    X(606, PLAINTEXT_ONLY, DENIED, "the node answers, but not to Device Authentication",                               \
      "use a device that speaks DA")                                                                                   \
    X(607, PAIRING_INCOMPLETE, LINK, "the device did not confirm the pairing",                                         \
      "keep it powered; it is tried again at the next start")                                                          \
    X(608, UNPAIRED_HERE_ONLY, LINK, "the device could not be told of the unpairing",                                  \
      "remove the pairing at the device too")                                                                          \
    X(609, PAIRING_REFUSED, DENIED, "the device refused the pairing", "look at the device's log")                      \
    X(610, NOT_A_CODE, VALUE, "the text is not a set-up code",                                                         \
      "compare it with the device's label, or scan its QR code")                                                       \
    X(611, WRONG_CODE, CRYPTO, "the set-up code is not this device's",                                                 \
      "take the code from the label of this very device")                                                              \
    X(612, LOCKED_OUT, DENIED, "too many wrong proofs were given to the device",                                       \
      "wait, then open the window at the device anew")                                                                 \
    X(613, CODE_NEEDED, DENIED, "the device demands its set-up code",                                                  \
      "give the code from the device's label or screen")                                                               \
    X(614, DISTURBED, DENIED, "messages that were not the device's disturbed the pairing",                             \
      "look who else is in this network, then try again")                                                              \
    X(615, WINDOW_OVER, TIMEOUT, "the pairing window's time was over", "open it again when the controller is ready")   \
    /* session */                                                                                                      \
    X(701, NO_SESSION, LINK, "there is no session with this peer",                                                     \
      "wait for the reconnection or look whether it is on")                                                            \
    X(702, REPLAYED, CRYPTO, "the record was seen before or is too old", "nothing; it was dropped")                    \
    X(703, TOO_LATE, DENIED, "the command arrived too late", "repeat it; the first one had no effect")                 \
    X(704, OUTCOME_UNKNOWN, LINK, "the connection broke before the outcome was known",                                 \
      "read the property, then decide")                                                                                \
    X(705, POLICY, DENIED, "the policy does not allow this", "pair first, or change the policy")                       \
    X(706, KEYS_EXHAUSTED, LINK, "the session's keys are used up", "wait for the reconnection")                        \
    X(707, POLICY_FILE, VALUE, "the file of the policy is wrong", "mend it at the line that is named")                 \
    /* engine, io, host */                                                                                             \
    X(801, NO_ANSWER, TIMEOUT, "nobody answered in time", "check address, power and network; give it more time")       \
    X(802, CANCELLED, USAGE, "the request was cancelled", "nothing; this was asked for")                               \
    X(803, STORE, SYSTEM, "the store can't be read or written", "check path, owner, space and rights of the store")    \
    X(804, STORE_DAMAGED, SYSTEM, "an entry of the store is damaged in both copies",                                   \
      "restore a backup, or forget that peer, or reset the node")                                                      \
    X(805, STORE_LOCKED, SYSTEM, "another process uses the store", "end it, or give this one a store of its own")      \
    X(806, STORE_VERSION, SYSTEM, "the store was written by another version", "use that version, or reset the node")   \
    X(807, SOCKET, SYSTEM, "the network socket failed", "look at the system's message and the interface")              \
    X(808, PORT_IN_USE, SYSTEM, "UDP port 3610 is taken on this address",                                              \
      "end the other program or choose an address")                                                                    \
    X(809, NO_MULTICAST, SYSTEM, "the interface can't do multicast", "choose another interface; see `ip address`")     \
    X(810, CLOSED, USAGE, "the object is closed", "open a new one")                                                    \
    X(811, STORE_COPIED, SYSTEM, "the store is a copy: it was written in another folder or on another machine",        \
      "use the original, or adopt the copy once that is gone")                                                         \
    X(812, STORE_NOT_EMPTY, USAGE, "the store holds something already",                                                \
      "restore into an empty folder, or by force, which backs the old one up first")                                   \
    X(813, RESTORE_UNFINISHED, SYSTEM, "a restore of this store was cut short", "restore the backup again")            \
    X(814, BACKUP, VALUE, "the file is no backup, or it is damaged", "take another copy of the backup")                \
    X(815, PASSPHRASE, CRYPTO, "the passphrase is not the backup's", "try the passphrase that it was made with")       \
    X(816, NOT_A_TRACE, VALUE, "the file is no trace, or a part of it is damaged",                                     \
      "give pcapng, lines of JSON as a trace has them, or lines of hexadecimal digits")

typedef enum wf_error {
#define WF_ERROR_ENUM(code, name, nature, what, next) WF_ERROR_##name = (code),
    WF_ERRORS(WF_ERROR_ENUM)
#undef WF_ERROR_ENUM
        WF_OK = WF_ERROR_OK
} wf_error;

typedef enum wf_nature {
    WF_NATURE_NONE,
    WF_NATURE_VALUE,
    WF_NATURE_USAGE,
    WF_NATURE_CRYPTO,
    WF_NATURE_DENIED,
    WF_NATURE_TIMEOUT,
    WF_NATURE_LINK,
    WF_NATURE_LOOKUP,
    WF_NATURE_SYSTEM
} wf_nature;

/* One row of the table. The strings are static. */
typedef struct wf_error_row {
    wf_error code;
    wf_nature nature;
    const char *name; /* upper case, as in the enum without its prefix */
    const char *what; /* one line: what happened */
    const char *next; /* one line: what to do; empty for OK */
} wf_error_row;

/* The row at `index`, or NULL past the end: for those who walk the whole table. */
const wf_error_row *wf_error_at(unsigned index);

/* The row of `code`; an unknown code gets the row of WF_ERROR_STATE, so the result is never NULL. */
const wf_error_row *wf_error_row_of(wf_error code);

#define WF_MUST_CHECK __attribute__((warn_unused_result))

WF_C_END

#endif
