/* What attackers would do, for tests and for showing that it fails. Nothing here gives a node a right that it lacks; a
 * firmware that doesn't call it doesn't contain it. */
#ifndef WARIFU_LAB_H
#define WARIFU_LAB_H

#include <warifu/engine.h>

WF_C_BEGIN

/* A device that has gone bad says EDATA in the name of another one that is in the same group: all of the record is as
 * the victim would make it, with its id, key and next number, but the signature is the forger's. Both engines live in
 * this process. Errors: STATE (they are in no group together), TOO_SMALL, those of the signer. */
WF_MUST_CHECK wf_error wf_lab_forge(wf_engine *forger, const wf_engine *victim, wf_bytes edata);

WF_C_END

#endif
