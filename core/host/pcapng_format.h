/* Inside core/host: the numbers of pcapng (draft-ietf-opsawg-pcapng) that its writer and its reader share. */
#ifndef WARIFU_PCAPNG_FORMAT_H
#define WARIFU_PCAPNG_FORMAT_H

enum {
    WF_BLOCK_SECTION = 0x0A0D0D0A,
    WF_BLOCK_INTERFACE = 1,
    WF_BLOCK_PACKET = 6,
    WF_BYTE_ORDER_MAGIC = 0x1A2B3C4D,
    WF_OPTION_END = 0,
    WF_OPTION_COMMENT = 1,
    WF_OPTION_PROGRAM = 4,    /* shb_userappl */
    WF_OPTION_NAME = 2,       /* if_name */
    WF_OPTION_RESOLUTION = 9, /* if_tsresol */
    WF_OPTION_FLAGS = 2,      /* epb_flags */
    WF_FLAGS_DIRECTION = 3,
    WF_FLAGS_IN = 1,
    WF_FLAGS_OUT = 2,
    WF_FLAGS_UNICAST = 1 << 2,
    WF_FLAGS_MULTICAST = 2 << 2,
    WF_MICROSECONDS = 6, /* the resolution that is meant where none is told */
    WF_LINK_NULL = 0,
    WF_LINK_ETHERNET = 1,
    WF_LINK_RAW = 101,
    WF_LINK_SLL = 113,
    WF_LINK_IPV4 = 228,
    WF_LINK_IPV6 = 229,
    WF_LINK_SLL2 = 276
};

#define WF_INSIDE "inside" /* name of the interface of what records protect */

#endif
