/* What every datagram of an ECHONET Lite node shares, whoever takes it apart: port, first bytes, greatest length. */
#ifndef WARIFU_DATAGRAM_H
#define WARIFU_DATAGRAM_H

enum {
    WF_PORT = 3610,
    WF_DATAGRAM_LEN = 1232, /* longest datagram we send: IPv6's 1280 less 48 */
    WF_EHD1 = 0x10,
    WF_EHD2_SPECIFIED = 0x81,
    WF_EHD2_ARBITRARY = 0x82
};

#endif
