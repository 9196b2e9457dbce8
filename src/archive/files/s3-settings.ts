/** A bucket, and how it is reached. Errors name the setting `archive.files`. */
export interface S3Settings {
  bucket: string;
  /** Before all keys, such as `videoid/`. */
  prefix?: string | undefined;
  region: string;
  /** The address of another S3 server than Amazon's, with its scheme. */
  endpoint?: string | undefined;
  /** The bucket in the path of an address, and not in the name of the host. Other servers than Amazon's often need it. */
  pathStyle?: boolean | undefined;
  /** If not set, the SDK looks for credentials, as on a machine with a role. */
  credentials?: S3Credentials | undefined;
  /** Certificates of the CAs that the server's certificate may come from, PEM. If not set, the usual ones. */
  ca?: string | undefined;
}

/** By reference. They are read again from time to time, so that new ones need no restart. */
export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}
