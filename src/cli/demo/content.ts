import type { Role } from '../../shared/viewer.ts';

/** Somebody in the demo publication. Others name them by their username. */
export interface DemoPerson {
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  readonly bio: string;
  readonly joinedDaysAgo: number;
  /** Usernames, the first followed first. */
  readonly follows: readonly string[];
}

export interface DemoPost {
  readonly title: string;
  /** In Markdown. */
  readonly body: string;
  readonly author: string;
  readonly contributors?: readonly string[];
  readonly tags: readonly string[];
  /** Published where it is not said. */
  readonly status?: 'DRAFT' | 'ARCHIVED';
  /** When it was published, or for a draft begun. */
  readonly daysAgo: number;
  /** Usernames of those who like it, the first one first. */
  readonly likes?: readonly string[];
  readonly comments?: readonly DemoComment[];
}

export interface DemoComment {
  readonly author: string;
  /** How many hours after the post, or after the comment that it answers. */
  readonly hours: number;
  readonly body: string;
  readonly replies?: readonly DemoComment[];
}
