import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { ATTENTION_ATTRIBUTE, REQUEST_PK_ATTRIBUTE, STAGE_ATTRIBUTE } from '../../messages/search-attributes.js';

export const stageAttribute = defineSearchAttributeKey(STAGE_ATTRIBUTE, SearchAttributeType.KEYWORD);
export const requestPkAttribute = defineSearchAttributeKey(REQUEST_PK_ATTRIBUTE, SearchAttributeType.KEYWORD);
export const attentionAttribute = defineSearchAttributeKey(ATTENTION_ATTRIBUTE, SearchAttributeType.KEYWORD);
