/* The name of an ECHONET object: a word that events and policies need without knowing frames. */
#ifndef WARIFU_EOJ_H
#define WARIFU_EOJ_H

#include <stdint.h>

/* group << 16 | class << 8 | instance */
typedef uint32_t wf_eoj;
#define WF_EOJ_NODE_PROFILE 0x0EF001u
#define WF_EOJ_CONTROLLER 0x05FF01u

#endif
