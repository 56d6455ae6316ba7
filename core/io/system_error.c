#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <string.h>
#include <warifu/system_error.h>

char *wf_system_error_text(char text[static WF_SYSTEM_ERROR_TEXT_LEN], const wf_system_error *error) {
    char reason[128];
    text[0] = '\0';
    if (error->number == 0) {
        return text;
    }
    if (error->process > 0) {
        snprintf(text, WF_SYSTEM_ERROR_TEXT_LEN, "%.24s: process %lld has it", error->call, (long long)error->process);
        return text;
    }
    if (strerror_r(error->number, reason, sizeof reason) != 0) {
        snprintf(reason, sizeof reason, "error %d", error->number);
    }
    snprintf(text, WF_SYSTEM_ERROR_TEXT_LEN, "%.24s: %s", error->call, reason);
    return text;
}
