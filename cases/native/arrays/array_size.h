/* The array of the folder arrays: larger than any guard there, smaller than the stack below. */
#ifndef CRASHLAB_ARRAY_SIZE_H
#define CRASHLAB_ARRAY_SIZE_H

enum { CLAB_CASE_ARRAY_SIZE = 2 * 1024 * 1024 };

#endif
