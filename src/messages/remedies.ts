/** What an operator may do about attention, and what it does. */
export const REMEDIES = {
  retry: 'try again what failed, when the cause is gone',
  adopt: "take over what was created, by its number in the provider's console",
  wait: 'keep waiting. The signer may try the same link again',
  'new-video': 'make another video request in this request. The provider may bill it',
  skip: 'go on without it: keep the contract that was shown, send no code, or end a request that is gone with its last known status',
  'accept-signer': 'go on with this signer, although the document number is not the expected one',
  'accept-files': 'accept the files as they are, after a look at them',
  'give-up':
    'stop asking for signed files: the request ends signed with those that came, and nothing is deleted at the provider',
  cancel: 'end the request',
} as const;
export type Remedy = keyof typeof REMEDIES;
