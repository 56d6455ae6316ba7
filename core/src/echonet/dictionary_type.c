#include "dictionary_table.h"

static void describe_number(wf_type_info *out, const wf_dictionary *dictionary, const wf_type_row *row) {
    const wf_number_row *number = &dictionary->numbers[row->first];
    out->minimum = number->minimum;
    out->maximum = number->maximum;
    out->exponent = number->exponent;
    out->is_signed = (row->flags & WF_NUMBER_SIGNED) != 0;
    out->underflow_code = (row->flags & WF_NUMBER_UNDERFLOW) != 0;
    out->overflow_code = (row->flags & WF_NUMBER_OVERFLOW) != 0;
    for (size_t i = 0; i < sizeof out->coefficients; i++) {
        out->coefficients[i] = number->coefficients[i];
    }
    out->unit = dictionary->ids + number->unit;
}

void wf_type_describe(wf_type type, wf_type_info *out) {
    const wf_type_row *row = wf_type_row_of(type);
    *out = (wf_type_info){.kind = (wf_type_kind)row->kind, .min_size = row->min_size, .max_size = row->max_size};
    out->unit = "";
    switch (out->kind) {
    case WF_TYPE_NUMBER:
        describe_number(out, type.dictionary, row);
        break;
    case WF_TYPE_LEVEL:
        out->base = row->first;
        out->minimum = 1;
        out->maximum = row->count;
        break;
    case WF_TYPE_TIME:
        out->max_hour = (uint8_t)row->first;
        break;
    case WF_TYPE_ARRAY:
        out->count = 1;
        out->min_items = row->flags;
        out->max_items = row->count;
        break;
    default:
        out->count = row->count;
    }
}

bool wf_type_member(wf_type type, wf_member_info *out, unsigned index) {
    const wf_dictionary *dictionary = type.dictionary;
    const wf_type_row *row = wf_type_row_of(type);
    static const wf_names none = {"", "", ""};
    if (row->kind == WF_TYPE_ARRAY && index == 0) {
        *out = (wf_member_info){.names = none, .type = {dictionary, row->first}};
        return true;
    }
    if (row->kind == WF_TYPE_ONE_OF && index < row->count) {
        *out = (wf_member_info){.names = none, .type = {dictionary, dictionary->options[row->first + index]}};
        return true;
    }
    if ((row->kind == WF_TYPE_OBJECT || row->kind == WF_TYPE_BITMAP) && index < row->count) {
        const wf_member_row *member = &dictionary->members[row->first + index];
        *out = (wf_member_info){
            wf_names_of(dictionary, member->names), {dictionary, member->type}, member->byte, member->mask};
        return true;
    }
    return false;
}

/* The code of a state as it stands in its bytes: see wf_enumerator_row. */
static uint64_t widened(uint32_t code, unsigned size) {
    if (size <= 4 || size >= 8 || code >> 31 == 0) {
        return code;
    }
    return (code | UINT64_C(0xFFFFFFFF00000000)) & ((UINT64_C(1) << 8 * size) - 1);
}

bool wf_type_enumerator(wf_type type, wf_enumerator *out, unsigned index) {
    const wf_type_row *row = wf_type_row_of(type);
    *out = (wf_enumerator){.names = {"", "", ""}};
    if (row->kind == WF_TYPE_STATE && index < row->count) {
        const wf_enumerator_row *state = &type.dictionary->enumerators[row->first + index];
        out->first = widened(state->code, row->min_size);
        out->last = out->first + (state->more & WF_CODE_MORE);
        out->names = wf_names_of(type.dictionary, state->names);
        out->read_only = (state->more & WF_CODE_READ_ONLY) != 0;
        out->undefined = (state->more & WF_CODE_UNDEFINED) != 0;
        out->no_data = (state->more & WF_CODE_NO_DATA) != 0;
        return true;
    }
    if (row->kind == WF_TYPE_NUMERIC && index < row->count) {
        const wf_numeric_row *numeric = &type.dictionary->numerics[row->first + index];
        out->first = out->last = numeric->code;
        out->number = numeric->number;
        out->exponent = numeric->exponent;
        return true;
    }
    return false;
}
