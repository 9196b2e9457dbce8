/** Search attributes, for people; all of type Keyword. Never used for routing, never hold personal data. */
export const STAGE_ATTRIBUTE = 'VideoIdStage';
export const REQUEST_PK_ATTRIBUTE = 'VideoIdRequestPk';
export const REGISTRATION_AUTHORITY_ATTRIBUTE = 'VideoIdRegistrationAuthority';
/** The failure code of a request in attention. Absent otherwise. */
export const ATTENTION_ATTRIBUTE = 'VideoIdAttention';

export const SEARCH_ATTRIBUTES = [
  STAGE_ATTRIBUTE,
  REQUEST_PK_ATTRIBUTE,
  REGISTRATION_AUTHORITY_ATTRIBUTE,
  ATTENTION_ATTRIBUTE,
] as const;
