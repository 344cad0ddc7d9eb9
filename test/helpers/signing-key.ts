/** A key that signs tokens in tests, and nowhere else. */
export const testSigningKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCH/QcBQkzTHJXuT8
/+OxvFH05HxabZ0yTq4X03pNrjqhRANCAATJ7D7Qfl7ZJ/X5ENiqVaLiKSyn4yl1
vD12GeEru1lDx1qbNyZQ19QtvMxAI0h0WP24GLpc1Za76KfeuVTnzPR+
-----END PRIVATE KEY-----
`;
