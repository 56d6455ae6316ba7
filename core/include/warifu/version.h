/* The version of this SDK; CMake, pkg-config and the Python package read it here. */
#ifndef WARIFU_VERSION_H
#define WARIFU_VERSION_H

#define WF_VERSION "0.1.0"

#endif
