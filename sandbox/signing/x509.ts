// The package does not load without this.
import 'reflect-metadata';

export * from '@peculiar/x509';
